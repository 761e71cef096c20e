import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Packets that each processor took from the network devices, from /proc/net/softnet_stat.
struct SoftnetCollector: Collector {
  let proc: ProcRoot

  private static let columns: [(index: Int, name: String, type: MetricType, help: String)] = [
    (0, "node_softnet_processed_total", .counter, "Packets processed."),
    (1, "node_softnet_dropped_total", .counter, "Packets dropped because the queue was full."),
    (2, "node_softnet_times_squeezed_total", .counter, "Times that processing ran out of budget."),
    (8, "node_softnet_cpu_collision_total", .counter, "Collisions over a device's lock."),
    (9, "node_softnet_received_rps_total", .counter, "Times woken by another processor."),
    (10, "node_softnet_flow_limit_count_total", .counter, "Times that a flow reached its limit."),
    (11, "node_softnet_backlog_len", .gauge, "Packets that wait."),
  ]

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let file = try proc.readIfPresent("net/softnet_stat")
    let families = Self.columns.map {
      buffer.family($0.name, $0.type, $0.help, labels: ["cpu"])
    }
    var values: [UInt64] = []
    var lines = ByteScanner(file.span, file: "net/softnet_stat")
    while var line = lines.nextLine() {
      values.removeAll(keepingCapacity: true)
      while let field = line.nextField() {
        guard let value = field.hexadecimal else {
          throw line.error("\"\(field.excerpt)\" is no hexadecimal number")
        }
        values.append(value)
      }
      guard values.count >= 9 else {
        throw line.error("\(values.count) columns, at least 9 expected")
      }
      // Kernels since 5.10 name the processor; before, those that are offline leave no gap.
      let cpu = String(values.count > 12 ? Int(values[12]) : lines.lineNumber - 1)
      for (column, family) in zip(Self.columns, families) where column.index < values.count {
        buffer.add(Double(values[column.index]), cpu, to: family)
      }
    }
  }
}
