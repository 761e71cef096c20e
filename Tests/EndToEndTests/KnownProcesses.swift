import Foundation
import TestSupport
import WebClient

/// Processes with known counts, and a configuration of process-exporter that groups exactly these,
/// by kind.
struct KnownProcesses {
  /// A kind of process: its threads, open files and megabytes of memory.
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

  /// Starts the processes of a subject and waits until they have their threads, files and memory.
  func start(_ subject: Subject) async throws -> [ChildProcess] {
    var processes: [ChildProcess] = []
    for number in 0..<subject.count {
      let process = try ChildProcess.start(
        "python3",
        [folder.file("known_process.py"), subject.kind]
          + [subject.threads, subject.files, subject.megabytes].map(String.init)
          + [folder.file("\(subject.kind)-\(number).data")])
      processes.append(process)
      try await eventually("\(subject.kind) is ready") {
        guard process.isRunning else { throw EndToEndError(process.output) }
        return process.output.contains("ready")
      }
      if subject.kind != "busy" {
        try await eventually("\(subject.kind) is at rest") { Self.isAtRest(process.pid) }
      }
      if subject.kind == "stopped" {
        process.signal(SIGSTOP)
        try await eventually("it is stopped") {
          Self.state(ofThread: "\(process.pid)") == "T"
        }
      }
    }
    return processes
  }

  /// Whether all threads of a process sleep, and its children sleep or have ended, so that its
  /// metrics no longer change.
  static func isAtRest(_ pid: Int32) -> Bool {
    let tasks = "/proc/\(pid)/task"
    guard let threads = try? FileManager.default.contentsOfDirectory(atPath: tasks) else {
      return false
    }
    return threads.allSatisfy { thread in
      let children = try? String(contentsOfFile: "\(tasks)/\(thread)/children", encoding: .utf8)
      return state(ofThread: thread) == "S"
        && (children ?? "").split(separator: " ").allSatisfy {
          ["S", "Z"].contains(state(ofThread: String($0)))
        }
    }
  }

  /// The state of a thread as a letter of proc(5); nil if the thread has ended.
  private static func state(ofThread id: String) -> Character? {
    let stat = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)
    // The name in parentheses may contain any bytes.
    guard let stat, let end = stat.lastIndex(of: ")") else { return nil }
    return stat[end...].dropFirst(2).first
  }

  /// Starts an exporter with the groups of these processes, as `user` if that is given.
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
  /// A scrape in which the collector of processes was in time; on a busy machine it may not be.
  func scrape() async throws -> ExpositionText {
    var text = ExpositionText("")
    try await eventually("processes are collected in time") {
      text = ExpositionText(try await get("/metrics").text)
      return text.value("tocsin_collector_success", ["collector": "process"]) == 1
    }
    return text
  }
}

extension ExpositionText {
  /// A value of a group of processes, by the name without its prefix.
  func process(_ name: String, _ group: String, _ labels: [String: String] = [:]) -> Double? {
    value("namedprocess_namegroup_" + name, labels.merging(["groupname": group]) { $1 })
  }
}
