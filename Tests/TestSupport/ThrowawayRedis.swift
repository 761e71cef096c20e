import Glibc
import Synchronization

/// A Redis server of a test, without persistence, on a free loopback port and a Unix socket.
///
/// It can be stopped, started again on the same port, and frozen (SIGSTOP) to simulate a server
/// that hangs.
package final class ThrowawayRedis: Sendable {
  /// The TCP port on 127.0.0.1.
  package let port: Int
  /// The path of the Unix socket.
  package let socketPath: String
  /// The password that clients must send, if any.
  package let password: String?

  /// The TLS port, if it has one.
  package let tlsPort: Int?

  private let folder: TemporaryDirectory
  private let arguments: [String]
  private let process = Mutex<ChildProcess?>(nil)

  /// Starts a server; `arguments` are further options of `redis-server`, such as `--replicaof`;
  /// with `tls`, options such as `--tls-cert-file`, it accepts TLS on a second port.
  package static func start(
    password: String? = nil, arguments: [String] = [], tls: [String] = []
  ) async throws -> ThrowawayRedis {
    let server = try ThrowawayRedis(password: password, arguments: arguments, tls: tls)
    try await server.start()
    return server
  }

  private init(password: String?, arguments: [String], tls: [String]) throws {
    port = try FreePort.next()
    tlsPort = tls.isEmpty ? nil : try FreePort.next()
    folder = try TemporaryDirectory(prefix: "tocsin-redis")
    socketPath = folder.file("redis.sock")
    self.password = password
    self.arguments = arguments + (tlsPort.map { ["--tls-port", "\($0)"] + tls } ?? [])
  }

  deinit {
    resume()
  }

  /// An address with the password.
  package var url: String {
    "redis://\(password.map { ":\($0)@" } ?? "")127.0.0.1:\(port)"
  }

  /// Starts the server again after `stop()`; its data are lost.
  package func start() async throws {
    var words = [
      "--port", "\(port)", "--bind", "127.0.0.1", "--unixsocket", socketPath,
      "--unixsocketperm", "777", "--save", "", "--appendonly", "no", "--dir", folder.path,
    ]
    if let password { words += ["--requirepass", password] }
    let child = try ChildProcess.start("redis-server", words + arguments)
    process.withLock { $0 = child }
    try await child.waitUntilAccepting(port: port)
    if let tlsPort { try await child.waitUntilAccepting(port: tlsPort) }
    // The socket appears after the ports, and gets its permissions some time later.
    try await eventually("redis-server accepts on \(socketPath)") {
      child.output.contains("Ready to accept connections unix")
        || child.output.contains("ready to accept connections at \(socketPath)")
    }
  }

  /// Stops the server.
  package func stop() async throws {
    resume()
    guard let child = process.withLock({ $0.take() }) else { return }
    child.signal(SIGKILL)
    try await child.waitForExit()
  }

  /// Stops the server and starts it again.
  package func restart() async throws {
    try await stop()
    try await start()
  }

  /// Freezes the server: the kernel accepts connections, and no response comes.
  package func pause() {
    process.withLock { $0?.signal(SIGSTOP) }
  }

  /// Lets a frozen server go on.
  package func resume() {
    process.withLock { $0?.signal(SIGCONT) }
  }

  /// Runs one command with `redis-cli` and returns what it printed.
  @discardableResult
  package func run(_ command: String...) async throws -> String {
    let login = password.map { ["--no-auth-warning", "-a", $0] } ?? []
    let child = try ChildProcess.start("redis-cli", ["-p", "\(port)"] + login + command)
    guard try await child.waitForExit() == 0 else {
      throw ChildProcessError(reason: "redis-cli failed", output: child.output)
    }
    return child.output
  }
}
