package import SystemAccess
import Concurrency
package import ExpositionFormat
import MetricModel

/// The resource usage and build of this process, with the metric names of all Prometheus client
/// libraries.
package struct SelfCollector: Collector {
  private let root: ProcRoot
  private let role: String
  private let standsFor: [String]

  /// Makes the collector; `role` is `exporter` or `evaluator`. `standsFor` are programs for which
  /// `<program>_build_info` is exposed, because their dashboards use it to find machines.
  package init(root: ProcRoot = ProcRoot(), role: String, standsFor: [String] = []) {
    self.root = root
    self.role = role
    self.standsFor = standsFor
  }

  package func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    try write(into: &buffer)
  }

  private func write(into buffer: inout FamilyBuffer) throws {
    buffer.family(
      "tocsin_build_info", .gauge, "1 with the version and the role of this process.",
      labels: ["role", "version"])
    buffer.add(1, role, TocsinVersion.current)
    for program in standsFor {
      buffer.family(
        "\(program)_build_info", .gauge,
        "1 for a program that stands in for \(program); the version is that of Tocsin.",
        labels: ["branch", "goarch", "goos", "goversion", "revision", "version"])
      buffer.add(1, values: ["tocsin", "", "linux", "", "", TocsinVersion.current])
    }
    addBlockedThreads(to: &buffer)
    let stat = try root.read("self/stat")
    let own = try Self.parse(stat.span)
    buffer.counter(
      "process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
      Double(own.ticks) / 100)
    buffer.gauge(
      "process_resident_memory_bytes", "Resident memory size in bytes.",
      Double(own.residentPages * HostFacts.pageSize))
    buffer.gauge(
      "process_virtual_memory_bytes", "Virtual memory size in bytes.", Double(own.virtualBytes))
    try addLimits(to: &buffer)
    buffer.gauge(
      "process_start_time_seconds", "Start time of the process since unix epoch in seconds.",
      Double(try root.bootTime()) + Double(own.startTicks) / 100)
    let descriptors = try Directory.open(root.proc + "/self/fd")
    var scratch: [UInt8] = []
    var open = 0
    try descriptors.forEachEntry(scratch: &scratch) { _ in open += 1 }
    // The directory opened for counting is one of them.
    buffer.gauge("process_open_fds", "Number of open file descriptors.", Double(open - 1))
  }

  private func addBlockedThreads(to buffer: inout FamilyBuffer) {
    let pools = BlockedThreads.byPool
    guard !pools.isEmpty else { return }
    buffer.family(
      "tocsin_blocked_threads", .gauge,
      "Threads in system calls that did not return in time, by what they were called for.",
      labels: ["pool"])
    for (pool, threads) in pools { buffer.add(Double(threads), pool) }
  }

  /// Adds the soft limits of this process, from lines such as `Max open files   1024   524288
  /// files`.
  private func addLimits(to buffer: inout FamilyBuffer) throws {
    let limits = try root.read("self/limits")
    for (line, name, help) in [
      ("Max open files", "process_max_fds", "Maximum number of open file descriptors."),
      (
        "Max address space", "process_virtual_memory_max_bytes",
        "Maximum amount of virtual memory available in bytes."
      ),
    ] {
      if let limit = try Self.limit(line, in: limits.span) { buffer.gauge(name, help, limit) }
    }
  }

  /// The soft limit of that name; without a limit the largest number, as in the reference
  /// exporters.
  static func limit(_ name: String, in text: Span<UInt8>) throws(FormatError) -> Double? {
    var lines = ByteScanner(text, file: "self/limits")
    while let line = lines.nextLine() {
      guard line.rest.starts(with: name) else { continue }
      var fields = ByteScanner(
        line.rest.extracting(droppingFirst: name.utf8.count), file: "self/limits",
        line: lines.lineNumber)
      guard let field = fields.nextField() else { throw fields.error("the limit is missing") }
      if field.equals("unlimited") { return Double(UInt64.max) }
      guard let value = field.unsigned else {
        throw fields.error("\"\(field.excerpt)\" is no limit")
      }
      return Double(value)
    }
    return nil
  }

  private struct OwnStat {
    var ticks: UInt64
    var startTicks: UInt64
    var virtualBytes: UInt64
    var residentPages: UInt64
  }

  /// Reads `/proc/self/stat`; fields are counted from the closing bracket of the command's name
  /// (proc(5)).
  private static func parse(_ text: Span<UInt8>) throws -> OwnStat {
    guard let bracket = text.lastIndex(of: ")") else {
      throw FormatError(file: "self/stat", "expected a name in brackets")
    }
    var fields = ByteScanner(text.extracting((bracket + 1)..<text.count), file: "self/stat")
    var skipped = true
    // Field 3 is the first after the bracket; 14 and 15 are the CPU times.
    for _ in 3..<14 { skipped = fields.skipField() && skipped }
    let user = try fields.unsigned("utime")
    let system = try fields.unsigned("stime")
    for _ in 16..<22 { skipped = fields.skipField() && skipped }
    let start = try fields.unsigned("starttime")
    let virtualBytes = try fields.unsigned("vsize")
    let pages = try fields.unsigned("rss")
    guard skipped else { throw FormatError(file: "self/stat", "expected 24 fields") }
    return OwnStat(
      ticks: user + system, startTicks: start, virtualBytes: virtualBytes, residentPages: pages)
  }
}

extension SelfCollector: MetricSource {
  /// Writes the metrics that the machine exposes; some machines hide parts of `/proc/self`.
  package func writeMetrics(into buffer: inout FamilyBuffer) { try? write(into: &buffer) }
}
