import Foundation
import TestSupport
import Testing
import WebClient

/// Compares `tocsin exporter` with Debian's process-exporter: the same configuration, the same
/// processes, the same moment.
@Suite struct ProcessExporterTests {
  private static let subjects = [
    KnownProcesses.Subject(kind: "plain", count: 3, files: 7, megabytes: 20),
    KnownProcesses.Subject(kind: "threads", threads: 6, files: 2),
    KnownProcesses.Subject(kind: "parent"), KnownProcesses.Subject(kind: "zombie"),
    KnownProcesses.Subject(kind: "stopped", files: 40),
    KnownProcesses.Subject(kind: "busy", megabytes: 8),
  ]

  /// How a value of process-exporter is compared with our two, which were taken before and after
  /// it.
  private enum Comparison {
    /// Between ours, extended by a share of them.
    case between(slack: Double)
    /// At most so far below ours.
    case below(Double)
    /// Ours plus this number.
    case more(Double)
    /// Varies from moment to moment: only its presence is checked.
    case momentary
  }

  /// The comparison of a family. Most must be equal but for rounding, as process-exporter adds up
  /// fractions.
  private static func comparison(_ sample: ExpositionText.Sample) -> Comparison {
    let isThreaded = sample.labels["groupname"] == "threads"
    let name = sample.name.dropFirst("namedprocess_namegroup_".count)
    switch name {
    case "states", "threads_wchan":
      if sample.labels["groupname"] == "busy" { return .momentary }
      // A defect of process-exporter: the main thread of a process with several threads is counted
      // twice.
      return isThreaded && sample.number > 0 ? .more(1) : .between(slack: 0)
    case "oldest_start_time_seconds":
      // process-exporter truncates to whole seconds.
      return .below(1)
    case "thread_cpu_seconds_total", "thread_io_bytes_total", "thread_context_switches_total",
      "thread_minor_page_faults_total", "thread_major_page_faults_total":
      // A defect of process-exporter: what threads did before it first saw them is lost.
      return .below(.infinity)
    case "memory_bytes" where sample.labels["memtype"]?.hasPrefix("proportional") == true:
      // Proportional shares change with every process that uses the same libraries.
      return .between(slack: 0.3)
    default: return .between(slack: 1e-12)
    }
  }

  @Test func everyValueIsThatOfProcessExporter() async throws {
    let known = try KnownProcesses()
    let own = try await known.exporter(["--process.smaps", "--no-process.remove-empty-groups"])
    let referencePort = try FreePort.next()
    let reference = try ChildProcess.start(
      "prometheus-process-exporter",
      ["-config.path", known.rules, "-web.listen-address", "127.0.0.1:\(referencePort)"])
    try await reference.waitUntilAccepting(port: referencePort)
    func scrapeReference() async throws -> ExpositionText {
      ExpositionText(try await HTTP.get("http://127.0.0.1:\(referencePort)/metrics").text)
    }
    // Both run before the processes start, so that both count from their start.
    _ = try await (own.scrape(), scrapeReference())
    var processes: [ChildProcess] = []
    for subject in Self.subjects { processes += try await known.start(subject) }
    processes.append(try ChildProcess.start(known.folder.file("tocsin-sleeper"), ["600"]))
    try await eventually("the sleeper has its name") {
      try await own.scrape().process("num_procs", "tocsin-sleeper/tocsin-sleeper/root") == 1
        && processes.last.map { KnownProcesses.isAtRest($0.pid) } == true
    }
    _ = try await (own.scrape(), scrapeReference())

    let before = try await own.scrape()
    let theirs = try await scrapeReference()
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
    // Beyond process-exporter, we show the threads of processes with one thread, and nothing else.
    for sample in after.samples where sample.name.hasPrefix("namedprocess_namegroup_") {
      guard !sample.name.contains("_thread_"), sample.labels["groupname"] != "busy" else {
        continue
      }
      #expect(theirs.value(sample.name, sample.labels) != nil, "\(sample)")
    }
    // process-exporter counts processes that end during a scrape as errors.
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
      "\(sample.name)\(sample.labels) is \(sample.value) for process-exporter, \(low) and \(high) for us"
    )
  }

  /// Checks the counts that the processes were started with.
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
