package import CollectorCore
import MetricModel

/// This very process, under the names that client libraries use: `process_*`.
package struct SelfProcessCollector: Collector {
  private let proc: ProcRoot

  /// Makes the collector.
  package init(proc: ProcRoot) {
    self.proc = proc
  }

  package func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let bootTime = try ProcessGroupCollector.bootTime(proc)
    var reader = ProcessReader(proc: proc)
    let stat = try proc.read("self/stat")
    let process = try ProcessReader.parseStat(stat.span, pid: 0)
    buffer.counter(
      "process_cpu_seconds_total", "Processor time that this program used.",
      Double(process.counters.userTicks + process.counters.systemTicks) / 100)
    buffer.gauge(
      "process_start_time_seconds", "When this program began, in Unix time.",
      Double(bootTime * 100 + process.startTicks) / 100)
    buffer.gauge(
      "process_resident_memory_bytes", "Memory of this program.",
      Double(process.residentPages &* HostFacts.pageSize))
    buffer.gauge(
      "process_virtual_memory_bytes", "Address space of this program.",
      Double(process.virtualBytes))
    let directory = try reader.open()
    if let open = reader.countOpenFiles(of: "self", in: directory) {
      buffer.gauge("process_open_fds", "Open file descriptors of this program.", Double(open))
    }
    let limits = try proc.read("self/limits")
    if let limit = ProcessReader.parseOpenFileLimit(limits.span) {
      buffer.gauge(
        "process_max_fds", "Most file descriptors that this program may open.", Double(limit))
    }
  }
}
