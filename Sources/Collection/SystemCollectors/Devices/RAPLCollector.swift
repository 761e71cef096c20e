import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Energy used by the parts of processors, from /sys/class/powercap.
struct RAPLCollector: RememberingCollector {
  /// A zone and its labels, which do not change while the kernel lists the same zones.
  private struct Zone {
    let directory, kind, family: String
    let values: [String]
  }

  private let sys: String
  private var files: SmallFiles
  private var list = NameList()
  private var zones: [Zone] = []
  private var revision = 0
  private let labelsZones: Bool

  init(_ context: SystemContext) {
    sys = context.proc.sys
    files = SmallFiles(root: sys)
    labelsZones = context.labelsEnergyZones
  }

  private static let place = "class/powercap"

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    try files.devices(&list, Self.place)
    update()
    guard !zones.isEmpty else { throw NoData("there is no energy meter") }
    for zone in zones {
      // Only root may read it since 2020.
      guard let joules = files.number(Self.place, zone.directory, "energy_uj") else { continue }
      buffer.family(
        zone.family, .counter, "Energy used, in joules.",
        labels: labelsZones ? ["index", "path", "rapl_zone"] : ["index", "path"])
      buffer.add(joules / 1e6, values: zone.values)
    }
  }

  private mutating func update() {
    guard list.revision != revision else { return }
    revision = list.revision
    zones = []
    for directory in list.names where directory.contains(":") {
      guard let name = files.line(Self.place, directory, "name") else { continue }
      let (kind, index) = Self.split(name, zone: directory)
      let clean = Self.metricPart(kind)
      guard !clean.isEmpty else { continue }
      let path = "\(sys)/\(Self.place)/\(directory)"
      zones.append(
        Zone(
          directory: directory, kind: clean,
          family: labelsZones ? "node_rapl_joules_total" : "node_rapl_\(clean)_joules_total",
          values: labelsZones ? [index, path, clean] : [index, path]))
    }
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
