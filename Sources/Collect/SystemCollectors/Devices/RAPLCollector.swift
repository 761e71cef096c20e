import CollectorCore
import MetricModel

/// Energy that the processor's parts have used, from /sys/class/powercap.
struct RAPLCollector: Collector {
  private let proc: ProcRoot
  private let labelsZones: Bool

  init(_ context: SystemContext) {
    proc = context.proc
    labelsZones = context.labelsEnergyZones
  }

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let zones = try proc.devices("class/powercap")
    var found = false
    for zone in zones where zone.contains(":") {
      let directory = "class/powercap/\(zone)"
      guard let name = proc.sysLine("\(directory)/name") else { continue }
      found = true
      // Since 2020 only root may read it.
      guard let joules = proc.sysNumber("\(directory)/energy_uj") else { continue }
      let (kind, index) = Self.split(name, zone: zone)
      let clean = Self.metricPart(kind)
      guard !clean.isEmpty else { continue }
      if labelsZones {
        buffer.family(
          "node_rapl_joules_total", .counter, "Energy used, in joules.",
          labels: ["index", "path", "rapl_zone"])
        buffer.add(joules / 1e6, index, "\(proc.sys)/\(directory)", clean)
        continue
      }
      buffer.family(
        "node_rapl_\(clean)_joules_total", .counter, "Energy used by \(clean), in joules.",
        labels: ["index", "path"])
      buffer.add(joules / 1e6, index, "\(proc.sys)/\(directory)")
    }
    guard found else { throw NoData("there is no energy meter") }
  }

  /// `package-1` is package 1; a `core` belongs to the first number of its zone, `intel-rapl:0:1`.
  static func split(_ name: String, zone: String) -> (kind: String, index: String) {
    if let dash = name.lastIndex(of: "-") {
      let number = name[name.index(after: dash)...]
      if !number.isEmpty, number.utf8.allSatisfy({ (48...57).contains($0) }) {
        return (String(name[..<dash]), String(number))
      }
    }
    let parts = zone.split(separator: ":")
    return (name, parts.count > 1 ? String(parts[1]) : "0")
  }

  private static func metricPart(_ text: String) -> String {
    String(
      text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }
}
