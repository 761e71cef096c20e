/// Something that Redis, or the way to it, said no to. The message holds no password.
package struct RedisError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What kind of failure it is, from a list short enough for a label.
  package let reason: Reason
  /// One line, without secrets.
  package let message: String

  package var description: String { message }

  /// Whether the connection is of no use any more.
  package var endsSession: Bool {
    switch reason {
    case .refused, .unreachable, .nameResolution, .timeout, .tls, .authentication,
      .tooManyConnections,
      .connectionLost, .protocolViolation, .replyTooLarge:
      true
    case .loading, .permissionDenied, .command: false
    }
  }

  /// Kinds of failure; the raw value is what labels and `/health` show.
  package enum Reason: String, Sendable, CaseIterable {
    /// Nothing listens there.
    case refused
    /// No route, or the network is down.
    case unreachable
    /// The host name has no address, or the resolver did not answer.
    case nameResolution = "name_resolution"
    /// The deadline passed.
    case timeout
    /// The TLS handshake failed, the certificate was refused, or a file of ours cannot be used.
    case tls
    /// A wrong password or user, or one is needed.
    case authentication
    /// `maxclients` is used up.
    case tooManyConnections = "too_many_connections"
    /// The server is loading its data.
    case loading
    /// The ACL forbids the command.
    case permissionDenied = "permission_denied"
    /// The connection broke.
    case connectionLost = "connection_lost"
    /// Something answered that does not speak Redis' protocol.
    case protocolViolation = "protocol"
    /// The answer is larger than ``RedisLimits/replyBytes``.
    case replyTooLarge = "reply_too_large"
    /// Any other error reply.
    case command
  }

  init(_ reason: Reason, _ message: String) {
    self.reason = reason
    self.message = message
  }

  /// An error reply, told apart by its first word.
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
