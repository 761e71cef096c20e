import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// How long tasks ran and waited on each processor, from /proc/schedstat.
struct SchedulerCollector: Collector {
  let proc: ProcRoot

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let file = try proc.readIfPresent("schedstat")
    let running = buffer.family(
      "node_schedstat_running_seconds_total", .counter, "Seconds that tasks ran.", labels: ["cpu"])
    let waiting = buffer.family(
      "node_schedstat_waiting_seconds_total", .counter, "Seconds that tasks waited to run.",
      labels: ["cpu"])
    let slices = buffer.family(
      "node_schedstat_timeslices_total", .counter, "Time slices given.", labels: ["cpu"])
    var lines = ByteScanner(file.span, file: "schedstat")
    while var line = lines.nextLine() {
      guard let name = line.nextField(), name.starts(with: "cpu") else { continue }
      let cpu = name.extracting(droppingFirst: 3).text
      for _ in 0..<6 { _ = try line.unsigned("a column") }
      buffer.add(Double(try line.unsigned("running")) / 1e9, cpu, to: running)
      buffer.add(Double(try line.unsigned("waiting")) / 1e9, cpu, to: waiting)
      buffer.add(Double(try line.unsigned("timeslices")), cpu, to: slices)
    }
  }
}
