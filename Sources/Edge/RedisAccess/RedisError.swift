/// A failure of a Redis server or of the connection to it. The message contains no password.
package struct RedisError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kind of failure, from a list short enough for a label.
  package let reason: Reason
  /// The message in one line, without secrets.
  package let message: String

  package var description: String { message }

  /// Whether the connection is unusable.
  package var endsSession: Bool {
    switch reason {
    case .refused, .unreachable, .nameResolution, .timeout, .tls, .authentication,
      .tooManyConnections,
      .connectionLost, .protocolViolation, .replyTooLarge:
      true
    case .loading, .permissionDenied, .command: false
    }
  }

  /// The kinds of failures; the raw value is used in labels and in `/health`.
  package enum Reason: String, Sendable, CaseIterable {
    /// The server does not listen at the address.
    case refused
    /// No route, or the network is down.
    case unreachable
    /// The host name has no address, or the resolver did not answer.
    case nameResolution = "name_resolution"
    /// The deadline passed.
    case timeout
    /// The TLS handshake failed, the certificate was refused, or a local certificate or key file
    /// cannot be used.
    case tls
    /// The password or user is wrong or missing.
    case authentication
    /// `maxclients` is used up.
    case tooManyConnections = "too_many_connections"
    /// The server is loading its data.
    case loading
    /// The ACL forbids the command.
    case permissionDenied = "permission_denied"
    /// The connection broke.
    case connectionLost = "connection_lost"
    /// The server does not speak the Redis protocol.
    case protocolViolation = "protocol"
    /// The reply is larger than ``RedisLimits/replyBytes``.
    case replyTooLarge = "reply_too_large"
    /// Any other error reply.
    case command
  }

  init(_ reason: Reason, _ message: String) {
    self.reason = reason
    self.message = message
  }

  /// Creates the error of an error reply; its first word determines the reason.
  init(reply: String, settings: RedisSettings) {
    let reason: Reason =
      switch reply.prefix(while: { $0 != " " }) {
      case "NOAUTH", "WRONGPASS", "DENIED": .authentication
      case "NOPERM": .permissionDenied
      case "LOADING": .loading
      case "ERR" where reply.contains("max number of clients"): .tooManyConnections
      case "ERR" where reply.contains("invalid password"): .authentication
      case "ERR" where reply.contains("AUTH"): .authentication
      default: .command
      }
    let line = settings.redacting(reply).prefix { !$0.isNewline }
    self.init(reason, String(decoding: line.utf8.prefix(RedisLimits.messageBytes), as: UTF8.self))
  }
}
