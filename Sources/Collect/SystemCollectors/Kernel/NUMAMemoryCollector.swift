import CollectorCore
import MetricModel

/// Memory of each node, from /sys/devices/system/node.
struct NUMAMemoryCollector: Collector {
  let proc: ProcRoot

  private static let place = "devices/system/node"

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    for name in try proc.devices(Self.place) {
      guard let node = name.number(after: "node") else { continue }
      let memory = try proc.readSys("\(Self.place)/\(name)/meminfo")
      try addMemory(memory.span, node, to: &buffer)
      let statistics = try proc.readSys("\(Self.place)/\(name)/numastat")
      var lines = ByteScanner(statistics.span, file: "\(name)/numastat")
      while var line = lines.nextLine() {
        guard let field = line.nextField()?.text else { continue }
        let value = try line.unsigned(field)
        buffer.family(
          "node_memory_numa_\(field)_total", .counter, "A field of the node's numastat.",
          labels: ["node"])
        buffer.add(Double(value), node)
      }
    }
  }

  /// Lines such as `Node 0 MemTotal: 100 kB`.
  private func addMemory(
    _ bytes: Span<UInt8>, _ node: String, to buffer: inout FamilyBuffer
  ) throws(FormatError) {
    var lines = ByteScanner(bytes, file: "node\(node)/meminfo")
    while var line = lines.nextLine() {
      guard line.nextField() != nil else { continue }
      _ = line.skipField()
      guard let field = line.text(before: ":")?.trimmed else {
        throw line.error("a name and a colon are missing")
      }
      let value = Double(try line.unsigned(field.excerpt))
      let isKilobytes = line.nextField()?.equals("kB") == true
      // The peer leaves out the unit here.
      let name = "node_memory_numa_" + MemoryCollector.metricPart(field.text)
      buffer.family(name, .gauge, "A field of the node's meminfo.", labels: ["node"])
      buffer.add(isKilobytes ? value * 1024 : value, node)
    }
  }
}
