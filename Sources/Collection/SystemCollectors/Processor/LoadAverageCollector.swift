import SystemAccess
import CollectorCore
import ExpositionFormat

/// The load averages of /proc/loadavg.
struct LoadAverageCollector: Collector {
  let proc: ProcRoot

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let file = try proc.readLines("loadavg")
    var line = ByteScanner(file.span, file: "loadavg", line: 1)
    buffer.gauge("node_load1", "Load average over 1 minute.", try line.decimal("load 1"))
    buffer.gauge("node_load5", "Load average over 5 minutes.", try line.decimal("load 5"))
    buffer.gauge("node_load15", "Load average over 15 minutes.", try line.decimal("load 15"))
  }
}
