private import Concurrency

/// One session with a Redis server. Every call returns by its deadline, whatever the server does.
///
/// Calls block their thread in `poll(2)`: use a connection only on a dedicated thread, from an
/// actor with a `ThreadExecutor`. The socket belongs to this type, and hiredis' parser only reads
/// the received bytes: so every wait ends by the deadline, and TLS fits between the two.
package struct RedisConnection: ~Copyable {
  private let socket: StreamSocket
  private let reader: ReplyReader
  private let settings: RedisSettings
  /// Whether the session can run commands.
  package private(set) var isOpen = true

  private init(
    socket: consuming StreamSocket, reader: consuming ReplyReader, settings: RedisSettings
  ) {
    self.socket = socket
    self.reader = reader
    self.settings = settings
  }

  /// Connects, logs in and selects the database, trying each address of the host within the
  /// deadline.
  package static func open(
    _ settings: RedisSettings, deadline: ContinuousClock.Instant
  ) throws(RedisError) -> RedisConnection {
    guard let reader = ReplyReader() else { throw RedisError(.protocolViolation, "out of memory") }
    var socket = try connect(settings, deadline)
    if let tls = settings.tls {
      try socket.startTLS(tls, host: settings.host ?? "localhost", until: deadline)
    }
    var connection = RedisConnection(socket: socket, reader: reader, settings: settings)
    if let password = settings.password {
      let login = settings.user.map { [$0, password] } ?? [password]
      _ = try connection.command(["AUTH"] + login, deadline: deadline)
    }
    if settings.database != 0 {
      _ = try connection.command(["SELECT", "\(settings.database)"], deadline: deadline)
    }
    return connection
  }

  /// Sends one command and waits for its reply. An error reply is thrown and leaves the session
  /// usable; any other error closes it.
  package mutating func command(
    _ arguments: [String], deadline: ContinuousClock.Instant
  ) throws(RedisError) -> RedisReply {
    guard isOpen else { throw RedisError(.connectionLost, "the session is closed") }
    guard !deadline.hasPassed else {
      throw RedisError(.timeout, "no time was left for the command")
    }
    do throws(RedisError) {
      return try exchange(arguments, deadline)
    } catch {
      if error.endsSession { isOpen = false }
      throw error
    }
  }

  private func exchange(
    _ arguments: [String], _ deadline: ContinuousClock.Instant
  ) throws(RedisError) -> RedisReply {
    try socket.send(Self.request(arguments), until: deadline)
    var received = 0
    while true {
      if let reply = try reader.next() {
        guard case .error(let text) = reply else { return reply }
        throw RedisError(reply: text, settings: settings)
      }
      guard received <= RedisLimits.replyBytes else {
        throw RedisError(
          .replyTooLarge, "the reply is larger than \(RedisLimits.replyBytes) bytes")
      }
      try unsafe socket.receive(until: deadline) { bytes in
        received += bytes.count
        unsafe reader.feed(bytes)
      }
    }
  }

  /// A command in the wire format: an array of bulk strings.
  static func request(_ arguments: [String]) -> [UInt8] {
    var bytes = Array("*\(arguments.count)\r\n".utf8)
    for argument in arguments {
      bytes += "$\(argument.utf8.count)\r\n".utf8
      bytes += argument.utf8
      bytes += "\r\n".utf8
    }
    return bytes
  }

  private static func connect(
    _ settings: RedisSettings, _ deadline: ContinuousClock.Instant
  ) throws(RedisError) -> StreamSocket {
    switch settings.endpoint {
    case .unix(let path): return try .connect(path: path, until: deadline)
    case .tcp(let host, let port):
      let addresses = try resolve(host, deadline)
      var failure = RedisError(.nameResolution, "the host has no address")
      for (index, address) in addresses.enumerated() {
        let share = ContinuousClock.now.duration(to: deadline) / (addresses.count - index)
        do throws(RedisError) {
          return try .connect(address: address, port: port, until: .now + share)
        } catch {
          failure = error
        }
      }
      throw failure
    }
  }

  private static func resolve(
    _ host: String, _ deadline: ContinuousClock.Instant
  ) throws(RedisError) -> [String] {
    do throws(NameResolutionError) {
      return try NameResolution.addresses(of: host, until: deadline)
    } catch {
      throw RedisError(.nameResolution, "\(error)")
    }
  }
}
