import Foundation
import Glibc
import Synchronization

/// A PostgreSQL server of a test: its own cluster in a temporary folder, on a free loopback port,
/// with the password `throwaway` for its superuser `postgres`.
///
/// It can be stopped, started again on the same port and cluster, and frozen (SIGSTOP) to simulate
/// a server that hangs.
package final class ThrowawayPostgres: Sendable {
  /// The TCP port on 127.0.0.1.
  package let port: Int
  /// The folder of the Unix socket, which requires the password, too.
  package let socketFolder: String
  /// The password of the superuser `postgres`.
  package static let password = "throwaway"

  private let folder: TemporaryDirectory
  private let settings: [String: String]
  private let process = Mutex<ChildProcess?>(nil)

  /// The folder of the newest server programs on this machine; nil if there is none.
  package static var programs: String? {
    (9...30).reversed().lazy
      .map { "/usr/lib/postgresql/\($0)/bin" }
      .first { unsafe access("\($0)/postgres", X_OK) == 0 }
  }

  /// Makes a cluster and starts the server; `settings` go to `postgresql.conf`.
  package static func start(settings: [String: String] = [:]) async throws -> ThrowawayPostgres {
    let server = try ThrowawayPostgres(settings: settings)
    try await server.makeCluster()
    try await server.start()
    return server
  }

  /// Makes a standby that streams from this server, and starts it.
  package func startStandby() async throws -> ThrowawayPostgres {
    let standby = try ThrowawayPostgres(settings: settings)
    let copy = try ChildProcess.start(
      try Self.program("pg_basebackup"),
      [
        "-d", url, "-D", standby.cluster, "-R", "-X", "stream", "--checkpoint=fast", "--no-sync",
      ], user: Self.user)
    guard try await copy.waitForExit() == 0 else {
      throw ChildProcessError(reason: "pg_basebackup failed", output: copy.output)
    }
    try standby.configure()
    try await standby.start()
    return standby
  }

  private init(settings: [String: String]) throws {
    port = try FreePort.next()
    folder = try TemporaryDirectory(prefix: "tocsin-pg", owner: Self.user)
    socketFolder = folder.path
    self.settings = settings
  }

  deinit {
    resume()
  }

  /// The user who runs the server: PostgreSQL refuses to run as root.
  fileprivate static var user: String? { getuid() == 0 ? "postgres" : nil }

  /// A connection string with the password.
  package var url: String { url(password: Self.password) }

  /// A connection string for a database, user and password.
  package func url(
    user: String = "postgres", password: String = ThrowawayPostgres.password,
    database: String = "postgres"
  ) -> String {
    "postgresql://\(user):\(password)@127.0.0.1:\(port)/\(database)"
  }

  /// Starts the server again after `stop()`.
  package func start() async throws {
    let child = try ChildProcess.start(
      try Self.program("postgres"), ["-D", cluster], user: Self.user, stopSignal: SIGINT)
    process.withLock { $0 = child }
    try await child.waitUntilAccepting(port: port)
    // The port opens before the server accepts sessions.
    try await eventually("PostgreSQL takes sessions") { try await self.isReady() }
  }

  /// Stops the server; its sessions are ended, its port closes, the cluster stays.
  package func stop() async throws {
    resume()
    guard let child = process.withLock({ $0.take() }) else { return }
    child.signal(SIGINT)
    try await child.waitForExit()
  }

  /// Kills the server with SIGKILL, as the kernel does when memory is short, and waits until its
  /// sessions have ended.
  package func crash() async throws {
    let children = processes.dropFirst()
    guard let child = process.withLock({ $0.take() }) else { return }
    child.signal(SIGKILL)
    try await child.waitForExit()
    try await eventually("the sessions have ended") { children.allSatisfy { kill($0, 0) != 0 } }
  }

  /// Stops the server and starts it again.
  package func restart() async throws {
    try await stop()
    try await start()
  }

  /// Freezes the server and all its sessions: the kernel accepts connections, and no response
  /// comes.
  package func pause() {
    for pid in processes { kill(pid, SIGSTOP) }
  }

  /// Lets a frozen server go on.
  package func resume() {
    for pid in processes.reversed() { kill(pid, SIGCONT) }
  }

  /// Runs SQL with `psql` and returns what it printed: bare rows, cells separated by `|`.
  @discardableResult
  package func run(_ sql: String, database: String = "postgres") async throws -> String {
    let child = try ChildProcess.start(
      try Self.program("psql"),
      ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql, url(database: database)])
    guard try await child.waitForExit() == 0 else {
      throw ChildProcessError(reason: "psql failed", output: child.output)
    }
    return child.output
  }

  /// Runs SQL in the background in a session of its own, which `pg_stat_activity` shows.
  package func runInBackground(_ sql: String, application: String = "") throws -> ChildProcess {
    try ChildProcess.start(
      try Self.program("psql"), ["-X", "-q", "-A", "-t", "-c", sql, url],
      environment: ["PGAPPNAME": application])
  }

  /// Makes a logical slot and reads from it until the value goes away; requires `wal_level =
  /// logical`.
  package func startLogicalConsumer(slot: String) throws -> ChildProcess {
    try ChildProcess.start(
      try Self.program("pg_recvlogical"),
      [
        "-d", url, "--slot", slot, "-P", "test_decoding", "--create-slot", "--start", "-f",
        "/dev/null", "--status-interval=1",
      ])
  }

  /// Starts a session that has run a statement and is idle.
  package func startIdleSession() throws -> ChildProcess {
    try ChildProcess.start(
      "sh",
      ["-c", "(echo 'SELECT 1;'; sleep 600) | \(try Self.program("psql")) -X -q '\(url)'"])
  }

  private var cluster: String { folder.file("data") }

  private static func program(_ name: String) throws -> String {
    guard let programs else {
      throw ChildProcessError(
        reason: "PostgreSQL is not installed: apt install postgresql", output: "")
    }
    return "\(programs)/\(name)"
  }

  /// Copies the cluster that one `initdb` of this test run made: that takes a second, a copy a
  /// tenth of it.
  private func makeCluster() async throws {
    let template = try await ClusterTemplate.shared.folder()
    let copy = try ChildProcess.start(
      "cp", ["-a", "--reflink=auto", "\(template.path)/data", cluster])
    guard try await copy.waitForExit() == 0 else {
      throw ChildProcessError(reason: "cannot copy a cluster", output: copy.output)
    }
    try configure()
  }

  fileprivate static func initialise(_ folder: TemporaryDirectory) async throws {
    let password = try folder.write(Self.password, to: "password")
    let child = try ChildProcess.start(
      try Self.program("initdb"),
      [
        "-D", folder.file("data"), "-U", "postgres", "--auth=scram-sha-256",
        "--pwfile=\(password)", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
        "--wal-segsize=1",
      ], user: Self.user)
    guard try await child.waitForExit() == 0 else {
      throw ChildProcessError(reason: "initdb failed", output: child.output)
    }
  }

  private func configure() throws {
    var lines = [
      "listen_addresses": "'127.0.0.1'", "port": "\(port)",
      "unix_socket_directories": "'\(socketFolder)'", "fsync": "off", "shared_buffers": "16MB",
      "max_connections": "30",
    ]
    lines.merge(settings) { _, given in given }
    try Self.append(
      lines.map { "\($0.key) = \($0.value)\n" }.joined(), to: "\(cluster)/postgresql.conf")
  }

  private static func append(_ text: String, to path: String) throws {
    let file = unsafe open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    var text = text
    let count = text.withUTF8 { unsafe write(file, $0.baseAddress, $0.count) }
    close(file)
    guard count == text.utf8.count else {
      throw ChildProcessError(reason: "cannot write \(path)", output: "")
    }
  }

  private func isReady() async throws -> Bool {
    let child = try ChildProcess.start(
      try Self.program("pg_isready"), ["-q", "-h", "127.0.0.1", "-p", "\(port)"])
    return try await child.waitForExit() == 0
  }

  /// The server and its children; PostgreSQL gives each child a process group of its own.
  private var processes: [Int32] {
    guard let pid = process.withLock({ $0?.pid }) else { return [] }
    return [pid] + ChildProcess.children(of: pid)
  }
}

/// The empty cluster from which all others of a test run are copied.
private actor ClusterTemplate {
  static let shared = ClusterTemplate()
  private var making: Task<TemporaryDirectory, any Error>?

  func folder() async throws -> TemporaryDirectory {
    let making =
      making
      ?? Task {
        let folder = try TemporaryDirectory(
          prefix: "tocsin-pg-template", owner: ThrowawayPostgres.user)
        Self.removeAtExit(folder)
        try await ThrowawayPostgres.initialise(folder)
        return folder
      }
    self.making = making
    return try await making.value
  }

  private static let folderToRemove = Mutex<String?>(nil)

  /// Static properties are never released, so the folder is removed at exit.
  private static func removeAtExit(_ folder: TemporaryDirectory) {
    folderToRemove.withLock { $0 = folder.path }
    _ = atexit {
      guard let path = ClusterTemplate.folderToRemove.withLock({ $0 }) else { return }
      try? FileManager.default.removeItem(atPath: path)
    }
  }
}

extension ChildProcess {
  /// The direct children of a process.
  static func children(of pid: Int32) -> [Int32] {
    guard let folder = unsafe opendir("/proc") else { return [] }
    defer { unsafe closedir(folder) }
    var found: [Int32] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if let child = Int32(name), parent(of: child) == pid { found.append(child) }
    }
    return found
  }

  private static func parent(of pid: Int32) -> Int32? {
    let file = unsafe open("/proc/\(pid)/stat", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 1_024)
    let count = unsafe read(file, &buffer, buffer.count)
    guard count > 0 else { return nil }
    // The name in parentheses may contain any bytes; the state and the parent come after the last
    // parenthesis.
    let text = String(decoding: buffer[..<count], as: UTF8.self)
    guard let close = text.lastIndex(of: ")") else { return nil }
    return Int32(text[close...].split(separator: " ").dropFirst(2).first ?? "")
  }
}
