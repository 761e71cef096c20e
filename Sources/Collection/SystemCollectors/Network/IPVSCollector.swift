import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// The kernel's load balancer, from /proc/net/ip_vs and ip_vs_stats.
struct IPVSCollector: Collector {
  private let proc: ProcRoot
  private let labels: [String]

  init(_ context: SystemContext) {
    proc = context.proc
    labels = context.backendLabels
  }

  /// A virtual service, by address or by firewall mark.
  private struct Service {
    var address = ""
    var port = ""
    var mark = ""
    var proto = ""
  }

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let stats = try proc.readIfPresent("net/ip_vs_stats")
    try addStats(stats.span, to: &buffer)
    let table = try proc.readLines("net/ip_vs")
    try addBackends(table.span, to: &buffer)
  }

  /// Adds the third line, which contains five hexadecimal sums.
  private func addStats(
    _ bytes: Span<UInt8>, to buffer: inout FamilyBuffer
  ) throws(FormatError) {
    var lines = ByteScanner(bytes, file: "net/ip_vs_stats")
    _ = lines.nextLine()
    _ = lines.nextLine()
    guard var line = lines.nextLine() else { throw lines.error("the line of sums is missing") }
    for (name, help) in [
      ("connections", "Connections made."), ("incoming_packets", "Packets that came in."),
      ("outgoing_packets", "Packets that went out."), ("incoming_bytes", "Bytes that came in."),
      ("outgoing_bytes", "Bytes that went out."),
    ] {
      guard let value = line.nextField()?.hexadecimal else {
        throw line.error("\(name) is missing or no hexadecimal number")
      }
      buffer.counter("node_ipvs_\(name)_total", help, Double(value))
    }
  }

  private func addBackends(
    _ bytes: Span<UInt8>, to buffer: inout FamilyBuffer
  ) throws(FormatError) {
    let active = buffer.family(
      "node_ipvs_backend_connections_active", .gauge, "Connections under way to a backend.",
      labels: labels)
    let inactive = buffer.family(
      "node_ipvs_backend_connections_inactive", .gauge, "Connections to a backend that are ending.",
      labels: labels)
    let weight = buffer.family(
      "node_ipvs_backend_weight", .gauge, "Weight of a backend.", labels: labels)
    var backends = IPVSBackends(labels: labels)
    var service = Service()
    var lines = ByteScanner(bytes, file: "net/ip_vs")
    while var line = lines.nextLine() {
      guard let first = line.nextField() else { continue }
      if first.equals("TCP") || first.equals("UDP") || first.equals("SCTP") {
        guard let place = line.nextField(), let (address, port) = Self.endpoint(place) else {
          throw line.error("the service's address should be hexadecimal")
        }
        service = Service(address: address, port: port, proto: first.text)
      } else if first.equals("FWM") {
        guard let mark = line.nextField() else { throw line.error("the mark is missing") }
        service = Service(mark: mark.text, proto: "FWM")
      } else if first.equals("->") {
        guard let place = line.nextField() else { throw line.error("the backend is missing") }
        guard let (address, port) = Self.endpoint(place) else {
          // The heading names its columns.
          if place.starts(with: "Remote") { continue }
          throw line.error("the backend's address should be hexadecimal")
        }
        _ = line.skipField()
        let share = try line.unsigned("the weight")
        let running = try line.unsigned("the active connections")
        let ending = try line.unsigned("the inactive connections")
        backends.add(
          [
            "local_address": service.address, "local_mark": service.mark,
            "local_port": service.port, "proto": service.proto, "remote_address": address,
            "remote_port": port,
          ], IPVSBackends.Load(weight: share, active: running, inactive: ending))
      }
    }
    for (values, load) in backends.all {
      buffer.add(Double(load.weight), values: values, to: weight)
      buffer.add(Double(load.active), values: values, to: active)
      buffer.add(Double(load.inactive), values: values, to: inactive)
    }
  }

  /// The address and port: `C0A80016:0CEA` is 192.168.0.22 and 3306; IPv6 addresses are in
  /// brackets.
  static func endpoint(_ bytes: Span<UInt8>) -> (address: String, port: String)? {
    guard let colon = bytes.lastIndex(of: ":"),
      let port = bytes.extracting(droppingFirst: colon + 1).hexadecimal
    else { return nil }
    let address = bytes.extracting(first: colon)
    if address.count == 8, let value = address.hexadecimal {
      let parts = [value >> 24, value >> 16 & 255, value >> 8 & 255, value & 255]
      return (parts.map(String.init).joined(separator: "."), String(port))
    }
    guard address.starts(with: "["), address.ends(with: "]") else { return nil }
    let inner = address.extracting(1..<(address.count - 1))
    return (IPv6Text.compressed(inner.text) ?? inner.text, String(port))
  }
}

/// Connections and traffic of the load balancer's backends, summed over what the labels do not
/// distinguish.
package struct IPVSBackends: Sendable {
  /// All labels there are.
  package static let allLabels = [
    "local_address", "local_mark", "local_port", "proto", "remote_address", "remote_port",
  ]

  struct Load: Sendable {
    var weight, active, inactive: UInt64
  }

  let labels: [String]
  private(set) var all: [(values: [String], load: Load)] = []
  private var places: [[String]: Int] = [:]

  init(labels: [String]) {
    self.labels = labels
  }

  mutating func add(_ backend: [String: String], _ load: Load) {
    let values = labels.map { backend[$0] ?? "" }
    guard let place = places[values] else {
      places[values] = all.count
      all.append((values, load))
      return
    }
    all[place].load.weight &+= load.weight
    all[place].load.active &+= load.active
    all[place].load.inactive &+= load.inactive
  }
}

/// IPv6 addresses as RFC 5952 writes them.
enum IPv6Text {
  /// Shortens eight groups: lower case, no leading zeros, the longest run of zeros as `::`.
  static func compressed(_ text: String) -> String? {
    let groups = text.split(separator: ":", omittingEmptySubsequences: false).map {
      UInt16($0, radix: 16)
    }
    guard groups.count == 8, groups.allSatisfy({ $0 != nil }) else { return nil }
    let values = groups.compactMap { $0 }
    var best = 0..<0
    var start = 0
    while start < 8 {
      var end = start
      while end < 8, values[end] == 0 { end += 1 }
      if end - start > max(1, best.count) { best = start..<end }
      start = max(end, start + 1)
    }
    func hex(_ part: ArraySlice<UInt16>) -> String {
      part.map { String($0, radix: 16) }.joined(separator: ":")
    }
    if best.isEmpty { return hex(values[...]) }
    return hex(values[..<best.lowerBound]) + "::" + hex(values[best.upperBound...])
  }
}
