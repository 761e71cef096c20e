import Foundation
import TestSupport
import Testing
import WebClient

/// What `tocsin exporter` shows of processes beside Debian's process-exporter: the same configuration, the same processes, the same
/// moment.
@Suite struct ProcessExporterTests {
  private static let subjects = [
    KnownProcesses.Subject(kind: "plain", count: 3, files: 7, megabytes: 20),
    KnownProcesses.Subject(kind: "threads", threads: 6, files: 2),
    KnownProcesses.Subject(kind: "parent"), KnownProcesses.Subject(kind: "zombie"),
    KnownProcesses.Subject(kind: "stopped", files: 40),
    KnownProcesses.Subject(kind: "busy", megabytes: 8),
  ]

  /// How a value of the peer is held against our two, which were taken before and after it.
  private enum Comparison {
    /// It lies between ours, give or take a share of them.
    case between(slack: Double)
    /// It lies at most so far below ours.
    case below(Double)
    /// It is ours and as many more.
    case more(Double)
    /// It is that of a moment, and only its presence says anything.
    case momentary
  }

  /// What is not equal, and why. Everything else is: rounding apart, which differs as the peer adds up fractions.
  private static func comparison(_ sample: ExpositionText.Sample) -> Comparison {
    let isThreaded = sample.labels["groupname"] == "threads"
    let name = sample.name.dropFirst("namedprocess_namegroup_".count)
    switch name {
    case "states", "threads_wchan":
      if sample.labels["groupname"] == "busy" { return .momentary }
      // A defect of the peer: the main thread of a process that has several is counted twice.
      return isThreaded && sample.number > 0 ? .more(1) : .between(slack: 0)
    case "oldest_start_time_seconds":
      // The peer cuts off what is less than a second.
      return .below(1)
    case "thread_cpu_seconds_total", "thread_io_bytes_total", "thread_context_switches_total",
      "thread_minor_page_faults_total", "thread_major_page_faults_total":
      // A defect of the peer: what threads did before its first sight of them is lost.
      return .below(.infinity)
    case "memory_bytes" where sample.labels["memtype"]?.hasPrefix("proportional") == true:
      // Shares change with every process that comes or goes and uses the same libraries.
      return .between(slack: 0.3)
    default: return .between(slack: 1e-12)
    }
  }

  @Test func everyValueIsThatOfProcessExporter() async throws {
    let known = try KnownProcesses()
    let own = try await known.exporter(["--process.smaps", "--no-process.remove-empty-groups"])
    let peerPort = try FreePort.next()
    let peer = try ChildProcess.start(
      "prometheus-process-exporter",
      ["-config.path", known.rules, "-web.listen-address", "127.0.0.1:\(peerPort)"])
    try await peer.waitUntilAccepting(port: peerPort)
    func scrapePeer() async throws -> ExpositionText {
      ExpositionText(try await HTTP.get("http://127.0.0.1:\(peerPort)/metrics").text)
    }
    // Both begin before the processes do, so that both count them from their birth.
    _ = try await (own.scrape(), scrapePeer())
    var processes: [ChildProcess] = []
    for subject in Self.subjects { processes += try await known.start(subject) }
    processes.append(try ChildProcess.start(known.folder.file("tocsin-sleeper"), ["600"]))
    try await eventually("the sleeper has its name") {
      try await own.scrape().process("num_procs", "tocsin-sleeper/tocsin-sleeper/root") == 1
        && processes.last.map { KnownProcesses.isAtRest($0.pid) } == true
    }
    _ = try await (own.scrape(), scrapePeer())

    let before = try await own.scrape()
    let theirs = try await scrapePeer()
    let after = try await own.scrape()
    let values = theirs.samples.filter { $0.name.hasPrefix("namedprocess_namegroup_") }
    let groups = Set(values.compactMap { $0.labels["groupname"] })
    #expect(groups == Set(Self.subjects.map(\.kind) + ["tocsin-sleeper/tocsin-sleeper/root"]))
    #expect(values.count > 150)
    for sample in values {
      if let low = before.value(sample.name, sample.labels),
        let high = after.value(sample.name, sample.labels)
      {
        compare(sample, low: low, high: high)
      } else if case .momentary = Self.comparison(sample) {
        continue
      } else {
        Issue.record("\(sample) is missing")
      }
    }
    // Beside theirs we show the threads of processes that have but one, and nothing else.
    for sample in after.samples where sample.name.hasPrefix("namedprocess_namegroup_") {
      guard !sample.name.contains("_thread_"), sample.labels["groupname"] != "busy" else {
        continue
      }
      #expect(theirs.value(sample.name, sample.labels) != nil, "\(sample)")
    }
    // The peer takes processes that end meanwhile for errors.
    #expect(after.value("namedprocess_scrape_errors") == 0)
    #expect(after.value("namedprocess_scrape_procread_errors") == 0)
    checkWhatIsKnown(after)
    withExtendedLifetime(processes) {}
  }

  private func compare(_ sample: ExpositionText.Sample, low: Double, high: Double) {
    let value = sample.number
    let holds =
      switch Self.comparison(sample) {
      case .between(let slack):
        value >= min(low, high) * (1 - slack) && value <= max(low, high) * (1 + slack)
      case .below(let distance): value <= high && value > low - distance
      case .more(let surplus): value == low + surplus && value == high + surplus
      case .momentary: true
      }
    #expect(
      holds,
      "\(sample.name)\(sample.labels) is \(sample.value) for the peer, \(low) and \(high) for us")
  }

  /// What the processes were made to be.
  private func checkWhatIsKnown(_ text: ExpositionText) {
    let value = text.process
    for subject in Self.subjects {
      let children: Double = subject.kind == "parent" ? 2 : subject.kind == "zombie" ? 1 : 0
      #expect(value("num_procs", subject.kind, [:]) == Double(subject.count) + children)
      #expect(
        value("num_threads", subject.kind, [:]) == Double(subject.count * subject.threads)
          + children)
      #expect(
        value("open_filedesc", subject.kind, [:]) ?? 0 >= Double(subject.count * subject.files))
      let resident = value("memory_bytes", subject.kind, ["memtype": "resident"]) ?? 0
      #expect(resident >= Double(subject.count * subject.megabytes << 20))
    }
    #expect(value("states", "zombie", ["state": "Zombie"]) == 1)
    #expect(value("states", "stopped", ["state": "Other"]) == 1)
    #expect(value("states", "threads", ["state": "Sleeping"]) == 6)
    #expect(value("write_bytes_total", "busy", [:]) ?? 0 >= 65536)
    #expect(value("cpu_seconds_total", "plain", ["mode": "user"]) ?? 0 > 0)
  }
}
