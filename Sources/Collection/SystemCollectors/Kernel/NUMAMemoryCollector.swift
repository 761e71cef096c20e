import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Memory of each node, from /sys/devices/system/node.
struct NUMAMemoryCollector: RememberingCollector {
  private let sys: String
  private var files: SmallFiles
  private var list = NameList()
  private var nodes = ShownNames()
  private var file = ReadBuffer(capacity: 8192)
  private var names = FieldNames()

  init(proc: ProcRoot) {
    sys = proc.sys
    files = SmallFiles(root: proc.sys)
  }

  private static let place = "devices/system/node"

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    try files.devices(&list, Self.place)
    nodes.update(list) { $0.number(after: "node") != nil }
    var file = self.file.taken()
    defer { self.file = file }
    names.begin()
    for name in nodes.names {
      let node = String(name.dropFirst("node".count))
      try file.read(path: "\(sys)/\(Self.place)/\(name)/meminfo")
      try Self.addMemory(file.span, node, &names, to: &buffer)
      try file.read(path: "\(sys)/\(Self.place)/\(name)/numastat")
      var lines = ByteScanner(file.span, file: "\(name)/numastat")
      while var line = lines.nextLine() {
        guard let field = line.nextField() else { continue }
        let value = try line.unsigned("the count")
        let metric = names.name(for: field) { "node_memory_numa_\($0)_total" }
        guard let metric else { continue }
        buffer.family(metric, .counter, "A field of the node's numastat.", labels: ["node"])
        buffer.add(Double(value), node)
      }
    }
  }

  /// Adds the values of lines such as `Node 0 MemTotal: 100 kB`.
  private static func addMemory(
    _ bytes: Span<UInt8>, _ node: String, _ names: inout FieldNames, to buffer: inout FamilyBuffer
  ) throws(FormatError) {
    var lines = ByteScanner(bytes, file: "node\(node)/meminfo")
    while var line = lines.nextLine() {
      guard line.nextField() != nil else { continue }
      _ = line.skipField()
      guard let field = line.text(before: ":")?.trimmed else {
        throw line.error("a name and a colon are missing")
      }
      let value = Double(try line.unsigned("the amount"))
      let isKilobytes = line.nextField()?.equals("kB") == true
      // node_exporter leaves out the unit here.
      let name = names.name(for: field) {
        "node_memory_numa_" + MemoryCollector.metricPart($0)
      }
      guard let name else { continue }
      buffer.family(name, .gauge, "A field of the node's meminfo.", labels: ["node"])
      buffer.add(isKilobytes ? value * 1024 : value, node)
    }
  }
}
