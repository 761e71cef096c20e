import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// The numbers of processes and threads by state, from /proc/*/stat.
struct ProcessCountCollector: Collector {
  let proc: ProcRoot

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    var processes: [UInt8: Int] = [:]
    var threads: [UInt8: Int] = [:]
    var count = 0
    var threadCount = 0
    let root = try Directory.open(proc.proc)
    for name in try root.names() where name.utf8.allSatisfy({ (48...57).contains($0) }) {
      // A process may end at any moment.
      guard let state = Self.state("\(name)/stat", in: root) else { continue }
      count += 1
      processes[state, default: 0] += 1
      guard let tasks = try? root.open("\(name)/task").names() else { continue }
      for task in tasks {
        guard let state = Self.state("\(name)/task/\(task)/stat", in: root) else { continue }
        threadCount += 1
        threads[state, default: 0] += 1
      }
    }
    buffer.gauge("node_processes_pids", "Processes.", Double(count))
    buffer.gauge("node_processes_threads", "Threads.", Double(threadCount))
    add(processes, "state", "node_processes_state", "Processes by state.", to: &buffer)
    add(
      threads, "thread_state", "node_processes_threads_state", "Threads by state.", to: &buffer)
    for (path, name, help) in [
      ("sys/kernel/pid_max", "processes", "Greatest number of a process."),
      ("sys/kernel/threads-max", "threads", "Most threads of the machine."),
    ] {
      let file = try proc.readLines(path)
      var line = ByteScanner(file.span, file: path, line: 1)
      let limit = try line.unsigned("the limit")
      buffer.gauge("node_processes_max_\(name)", help, Double(limit))
    }
  }

  private func add(
    _ counts: [UInt8: Int], _ label: String, _ name: String, _ help: String,
    to buffer: inout FamilyBuffer
  ) {
    buffer.family(name, .gauge, help, labels: [label])
    for (state, count) in counts.sorted(by: { $0.key < $1.key }) {
      buffer.add(Double(count), String(UnicodeScalar(state)))
    }
  }

  /// The letter after the command's closing bracket.
  private static func state(_ path: String, in root: borrowing Directory) -> UInt8? {
    var file = ReadBuffer(capacity: 1024)
    guard (try? file.read(path, in: root)) != nil else { return nil }
    let text = file.span
    guard let bracket = text.lastIndex(of: ")"), bracket + 2 < text.count else { return nil }
    return text[bracket + 2]
  }
}
