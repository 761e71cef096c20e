import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel
import PatternMatching

/// Batteries and mains adapters, from /sys/class/power_supply.
struct PowerSupplyCollector: RememberingCollector {
  private var files: SmallFiles
  private var list = NameList()
  private var supplies = ShownNames()
  private let ignored: RegularExpression?

  init(_ context: SystemContext) {
    files = SmallFiles(root: context.proc.sys)
    ignored = context.patterns.ignoredPowerSupplies
  }

  private static let place = "class/power_supply"
  /// Attributes exposed without conversion.
  private static let plain = [
    "authentic", "calibrate", "capacity", "capacity_alert_max", "capacity_alert_min",
    "cycle_count=cyclecount", "online", "present", "time_to_empty_now=time_to_empty_seconds",
    "time_to_full_now=time_to_full_seconds",
  ]
  /// Attributes in millionths of a volt, ampere, watt and so on.
  private static let millionths = [
    "current_boot", "current_max", "current_now=current_ampere", "energy_empty",
    "energy_empty_design", "energy_full", "energy_full_design", "energy_now=energy_watthour",
    "voltage_boot", "voltage_max", "voltage_max_design", "voltage_min", "voltage_min_design",
    "voltage_now=voltage_volt", "voltage_ocv", "charge_control_limit", "charge_control_limit_max",
    "charge_counter", "charge_empty", "charge_empty_design", "charge_full", "charge_full_design",
    "charge_now=charge_ampere", "charge_term_current", "constant_charge_current",
    "constant_charge_current_max", "constant_charge_voltage", "constant_charge_voltage_max",
    "precharge_current", "input_current_limit", "power_now=power_watt",
  ]
  /// Attributes in tenths of a degree.
  private static let tenths = [
    "temp=temp_celsius", "temp_alert_max=temp_alert_max_celsius",
    "temp_alert_min=temp_alert_min_celsius", "temp_ambient=temp_ambient_celsius",
    "temp_ambient_max=temp_ambient_max_celsius", "temp_ambient_min=temp_ambient_min_celsius",
    "temp_max=temp_max_celsius", "temp_min=temp_min_celsius",
  ]
  private static let table = DeviceTable(
    columns: columns(plain, 1) + columns(millionths, 1e6) + columns(tenths, 10),
    labels: ["power_supply"])
  private static let labels = [
    "capacity_level", "charge_type", "health", "manufacturer", "model_name", "power_supply",
    "scope", "serial_number", "status", "technology", "type", "usb_type",
  ]

  private static func columns(_ list: [String], _ divisor: Double) -> [DeviceTable.Column] {
    list.map { entry in
      let parts = entry.split(separator: "=")
      return DeviceTable.Column(
        String(parts[0]), "node_power_supply_\(parts[parts.count - 1])", .gauge, per: divisor,
        "The attribute \(parts[0]) of the power supply.")
    }
  }

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    try files.devices(&list, Self.place)
    supplies.update(list) { ignored?.matches($0) != true }
    let families = Self.table.families(in: &buffer)
    let info = buffer.family(
      "node_power_supply_info", .gauge, "Kind and state of the supply; the value is always 1.",
      labels: Self.labels)
    for supply in supplies.names {
      Self.table.add(Self.place, supply, families, &files, to: &buffer)
      files.addInfo(Self.place, supply, Self.labels, named: "power_supply", to: info, in: &buffer)
    }
  }
}
