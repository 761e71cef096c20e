import CollectorCore
import MetricModel

/// IPv4 routes of the main table, from /proc/net/route.
struct RouteCollector: Collector {
  let proc: ProcRoot

  private static let labels = ["dest", "device", "gw", "priority", "proto", "src", "weight"]

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let info = buffer.family(
      "node_network_route_info", .gauge, "A route; the value is always 1.", labels: Self.labels)
    var counts: [String: Int] = [:]
    let four = try proc.readIfPresent("net/route")
    var lines = ByteScanner(four.span, file: "net/route")
    while var line = lines.nextLine() {
      if lines.lineNumber == 1 { continue }
      guard let device = line.nextField()?.text else { continue }
      guard let destination = line.nextField()?.hexadecimal,
        let gateway = line.nextField()?.hexadecimal, line.skipField(), line.skipField(),
        line.skipField(), let metric = line.nextField()?.unsigned,
        let mask = line.nextField()?.hexadecimal
      else { throw line.error("a column is missing or no number") }
      counts[device, default: 0] += 1
      let bits = mask.nonzeroBitCount
      let name = mask == 0 ? "default" : "\(Self.address(destination))/\(bits)"
      buffer.add(
        1,
        values: [
          name, device, gateway == 0 ? "" : Self.address(gateway), String(metric), "", "", "",
        ], to: info)
    }
    buffer.family("node_network_routes", .gauge, "Routes by device.", labels: ["device"])
    for (device, count) in counts.sorted(by: { $0.key < $1.key }) {
      buffer.add(Double(count), device)
    }
  }

  /// The kernel prints the address as a number of this machine, whose first byte is the lowest.
  static func address(_ value: UInt64) -> String {
    let parts = [value & 255, value >> 8 & 255, value >> 16 & 255, value >> 24 & 255]
    return parts.map(String.init).joined(separator: ".")
  }
}
