import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Neighbours known on each network device, from /proc/net/arp.
struct ARPCollector: Collector {
  private let proc: ProcRoot
  private let filter: NameFilter

  init(_ context: SystemContext) {
    proc = context.proc
    filter = context.patterns.neighbourDevices
  }

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let file = try proc.readIfPresent("net/arp")
    var counts: [String: Int] = [:]
    var lines = ByteScanner(file.span, file: "net/arp")
    while var line = lines.nextLine() {
      if lines.lineNumber == 1 { continue }
      guard line.nextField() != nil else { continue }
      for _ in 0..<4 { line.skipField() }
      guard let device = line.nextField() else { throw line.error("the device is missing") }
      let name = device.text
      if filter.shows(name) { counts[name, default: 0] += 1 }
    }
    buffer.family(
      "node_arp_entries", .gauge, "Neighbours known on the device.", labels: ["device"])
    for (device, count) in counts.sorted(by: { $0.key < $1.key }) {
      buffer.add(Double(count), device)
    }
  }
}
