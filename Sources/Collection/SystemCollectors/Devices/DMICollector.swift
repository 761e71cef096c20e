import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// The firmware's description of the machine, from /sys/class/dmi/id.
///
/// It does not change while the machine runs, and is read once.
struct DMICollector: RememberingCollector {
  private var files: SmallFiles
  private var labels: [String] = []
  private var values: [String] = []

  init(proc: ProcRoot) {
    files = SmallFiles(root: proc.sys)
  }

  private static let place = "class/dmi/id"

  /// Labels and their files; only root may read serial numbers, which are left out otherwise.
  private static let names = [
    ("bios_date", "bios_date"), ("bios_release", "bios_release"), ("bios_vendor", "bios_vendor"),
    ("bios_version", "bios_version"), ("board_asset_tag", "board_asset_tag"),
    ("board_name", "board_name"), ("board_serial", "board_serial"),
    ("board_vendor", "board_vendor"), ("board_version", "board_version"),
    ("chassis_asset_tag", "chassis_asset_tag"), ("chassis_serial", "chassis_serial"),
    ("chassis_vendor", "chassis_vendor"), ("chassis_version", "chassis_version"),
    ("product_family", "product_family"), ("product_name", "product_name"),
    ("product_serial", "product_serial"), ("product_sku", "product_sku"),
    ("product_uuid", "product_uuid"), ("product_version", "product_version"),
    ("system_vendor", "sys_vendor"),
  ]

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    if labels.isEmpty, files.exists(Self.place) {
      for (label, file) in Self.names {
        guard let value = files.line(Self.place, file) else { continue }
        labels.append(label)
        values.append(value)
      }
    }
    guard !labels.isEmpty else { throw NoData("the firmware reports nothing") }
    buffer.family(
      "node_dmi_info", .gauge, "What the firmware says about the machine; the value is always 1.",
      labels: labels)
    buffer.add(1, values: values)
  }
}
