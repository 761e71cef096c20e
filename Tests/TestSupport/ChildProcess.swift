import Glibc
import Synchronization

/// A process that a test starts, with its own process group and its output in a file; it ends with
/// the value.
///
/// Processes that still run when the test program ends are killed, too. Hold the value as long as
/// the process is needed: `deinit` ends the whole group.
package final class ChildProcess: Sendable {
  /// The process id, which is also the id of its process group.
  package let pid: Int32
  /// The file that standard output and standard error are written to.
  package let outputPath: String

  private let name: String
  private let stopSignal: Int32
  private let exitStatus = Mutex<Int32?>(nil)
  private let scratch: TemporaryDirectory

  /// Starts a program; a name without a slash is looked up in `PATH`.
  ///
  /// `environment` is added to the environment of the test. With `user` the program runs as that
  /// user, with the user's groups (the test must be root): PostgreSQL refuses to run as root.
  /// `stopSignal` is sent first when the value goes away; after two seconds the group is killed.
  package static func start(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:],
    directory: String? = nil, user: String? = nil, stopSignal: Int32 = SIGTERM
  ) throws -> ChildProcess {
    var words = [executable] + arguments
    if let user {
      words = ["setpriv", "--reuid=\(user)", "--regid=\(user)", "--init-groups", "--"] + words
    }
    if let directory { words = ["env", "--chdir=\(directory)"] + words }
    let scratch = try TemporaryDirectory(prefix: "tocsin-child")
    let output = scratch.path + "/output"
    let pid = try Spawn(words: words, environment: environment, output: output).run()
    Leftovers.add(pid)
    return ChildProcess(
      pid: pid, outputPath: output, name: executable, stopSignal: stopSignal, scratch: scratch)
  }

  private init(
    pid: Int32, outputPath: String, name: String, stopSignal: Int32, scratch: TemporaryDirectory
  ) {
    self.pid = pid
    self.outputPath = outputPath
    self.name = name
    self.stopSignal = stopSignal
    self.scratch = scratch
  }

  deinit {
    terminate()
  }

  /// The output of the process so far, standard output and standard error in one.
  package var output: String {
    String(decoding: readWholeFile(outputPath), as: UTF8.self)
  }

  /// Whether the process has not ended yet.
  package var isRunning: Bool { poll() == nil }

  /// Sends a signal to the process, not to its children.
  package func signal(_ number: Int32) {
    exitStatus.withLock { status in
      if status == nil { _ = kill(pid, number) }
    }
  }

  /// Waits until the process ends and returns its exit status, or 128 plus the signal that ended
  /// it.
  ///
  /// - Throws: ``WaitTimeout`` with the output so far if it does not end in time.
  @discardableResult
  package func waitForExit(within limit: Duration = .seconds(120)) async throws -> Int32 {
    do {
      try await eventually("\(name) ends", within: limit) { poll() != nil }
    } catch let late as WaitTimeout {
      throw WaitTimeout(what: late.what, detail: output)
    }
    return poll() ?? -1
  }

  /// Waits until the process accepts TCP connections on a loopback port.
  ///
  /// - Throws: an error with the output so far, at once if the process ends first.
  package func waitUntilAccepting(port: Int, within limit: Duration = .seconds(120)) async throws {
    do {
      try await eventually("\(name) listens on port \(port)", within: limit) {
        if let status = poll() {
          throw ChildProcessError(
            reason: "\(name) ended with status \(status) before it listened on port \(port)",
            output: output)
        }
        return FreePort.accepts(port)
      }
    } catch let late as WaitTimeout {
      throw WaitTimeout(what: late.what, detail: output)
    }
  }

  /// Ends the process and its group: the stop signal, and SIGKILL after two seconds.
  package func terminate() {
    signal(stopSignal)
    for _ in 0..<200 where poll() == nil { usleep(10_000) }
    _ = kill(-pid, SIGKILL)
    while poll() == nil { usleep(1_000) }
    Leftovers.remove(pid)
  }

  private func poll() -> Int32? {
    exitStatus.withLock { status in
      if status != nil { return status }
      var raw: Int32 = 0
      let result = unsafe waitpid(pid, &raw, WNOHANG)
      if result == pid {
        let signal = raw & 0x7f
        status = signal == 0 ? (raw >> 8) & 0xff : 128 + signal
      } else if result < 0, errno == ECHILD {
        status = -1
      }
      return status
    }
  }
}

/// A process that could not be started, or that ended too early.
package struct ChildProcessError: Error, CustomStringConvertible {
  package let reason: String
  package let output: String

  package init(reason: String, output: String = "") {
    self.reason = reason
    self.output = output
  }

  package var description: String { output.isEmpty ? reason : "\(reason); it wrote:\n\(output)" }
}

/// One `posix_spawn`.
private struct Spawn {
  let words: [String]
  let environment: [String: String]
  let output: String

  func run() throws -> Int32 {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_addopen(
      &actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // Children must not inherit sockets and files of the test program.
    for file in Int32(3)..<256 { unsafe posix_spawn_file_actions_addclose(&actions, file) }

    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    unsafe sigaddset(&signals, SIGPIPE)
    unsafe sigaddset(&signals, SIGINT)
    unsafe sigaddset(&signals, SIGTERM)
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var pid: Int32 = 0
    let result = unsafe withCStrings(words) { arguments in
      unsafe withCStrings(mergedEnvironment()) { environment in
        unsafe posix_spawnp(&pid, words[0], &actions, &attributes, arguments, environment)
      }
    }
    guard result == 0 else {
      throw ChildProcessError(
        reason:
          "cannot start \(words.joined(separator: " ")): \(unsafe String(cString: strerror(result)))",
        output: "")
    }
    return pid
  }

  private func mergedEnvironment() -> [String] {
    var entries: [String] = []
    var next = unsafe environ
    while let entry = unsafe next.pointee {
      let text = unsafe String(cString: entry)
      let name = text.prefix { $0 != "=" }
      if environment[String(name)] == nil { entries.append(text) }
      unsafe next += 1
    }
    return entries + environment.map { "\($0.key)=\($0.value)" }
  }

  private func withCStrings<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let pointers = unsafe texts.map { unsafe strdup($0) } + [nil]
    defer { unsafe pointers.forEach { unsafe free($0) } }
    return unsafe body(pointers)
  }
}

/// The processes that are killed when the test program ends before they do.
private enum Leftovers {
  private static let pids = Mutex<Set<Int32>>([])
  private static let registered: Void = {
    _ = atexit {
      Leftovers.pids.withLock { pids in
        for pid in pids { _ = kill(-pid, SIGKILL) }
      }
    }
  }()

  static func add(_ pid: Int32) {
    _ = registered
    pids.withLock { _ = $0.insert(pid) }
  }

  static func remove(_ pid: Int32) {
    pids.withLock { _ = $0.remove(pid) }
  }
}

private func readWholeFile(_ path: String) -> [UInt8] {
  let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { return [] }
  defer { close(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = unsafe read(file, &buffer, buffer.count)
    guard count > 0 else { return bytes }
    bytes += buffer[..<count]
  }
}
