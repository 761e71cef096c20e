import Foundation
import TestSupport
import WebClient

/// Processes whose numbers a test knows, and a configuration of process-exporter that puts each kind of them, and nothing else on the
/// machine, into a group of its name.
struct KnownProcesses {
  /// What a process is, and how many threads, open files and megabytes it has.
  struct Subject {
    var kind: String
    var count = 1
    var threads = 1
    var files = 0
    var megabytes = 1
  }

  let folder: TemporaryDirectory
  /// The configuration file.
  let rules: String

  init() throws {
    folder = try TemporaryDirectory(prefix: "tocsin-known")
    let script = Daemon.repository + "/Tests/EndToEndTests/Fixtures/known_process.py"
    try FileManager.default.copyItem(atPath: script, toPath: folder.file("known_process.py"))
    try FileManager.default.copyItem(atPath: "/bin/sleep", toPath: folder.file("tocsin-sleeper"))
    rules = try folder.write(
      """
      process_names:
        - name: "{{.Comm}}/{{.ExeBase}}/{{.Username}}"
          comm: [tocsin-sleeper]
        - name: "{{.Matches.kind}}"
          cmdline: ['\(folder.path)/known_process\\.py (?P<kind>\\w+)']
      """, to: "processes.yml")
  }

  /// Starts the processes of a subject and waits until they are what they are to be.
  func start(_ subject: Subject) async throws -> [ChildProcess] {
    var processes: [ChildProcess] = []
    for number in 0..<subject.count {
      let process = try ChildProcess.start(
        "python3",
        [folder.file("known_process.py"), subject.kind]
          + [subject.threads, subject.files, subject.megabytes].map(String.init)
          + [folder.file("\(subject.kind)-\(number).data")])
      processes.append(process)
      try await waitUntil("\(subject.kind) is ready") {
        guard process.isRunning else { throw EndToEndError(process.output) }
        return process.output.contains("ready")
      }
      if subject.kind == "stopped" { process.signal(SIGSTOP) }
    }
    return processes
  }

  /// Starts an exporter that knows these groups; `user` is another one than root.
  func exporter(
    _ flags: [String] = [], executable: String = Daemon.executable, user: String? = nil,
    rules: String? = nil
  ) async throws -> Daemon {
    let port = try FreePort.next()
    let process = try ChildProcess.start(
      executable,
      [
        "exporter", "--web.listen-address", "127.0.0.1:\(port)", "--process.config-file",
        rules ?? self.rules,
      ] + flags, user: user)
    try await process.waitUntilAccepting(port: port)
    return Daemon(process: process, port: port)
  }
}

extension Daemon {
  /// One scrape.
  func scrape() async throws -> ExpositionText {
    ExpositionText(try await get("/metrics").text)
  }
}

extension ExpositionText {
  /// A value of a group of processes, by the name without its prefix.
  func process(_ name: String, _ group: String, _ labels: [String: String] = [:]) -> Double? {
    value("namedprocess_namegroup_" + name, labels.merging(["groupname": group]) { $1 })
  }
}
