import SystemAccess
import CollectorCore
import ExpositionFormat
import MetricModel

/// Temperatures, from /sys/class/thermal.
struct ThermalZoneCollector: RememberingCollector {
  private var files: SmallFiles
  private var list = NameList()
  private var zones = ShownNames()
  private var coolers = ShownNames()

  private static let place = "class/thermal"
  private static let zone = "thermal_zone"
  private static let cooler = "cooling_device"

  init(proc: ProcRoot) {
    files = SmallFiles(root: proc.sys)
  }

  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws {
    _ = try files.lists(&list, Self.place)
    zones.update(list) { $0.hasPrefix(Self.zone) }
    coolers.update(list) { $0.hasPrefix(Self.cooler) }
    buffer.family(
      "node_thermal_zone_temp", .gauge, "Temperature in degrees Celsius.",
      labels: ["zone", "type"])
    for name in zones.names {
      // Drivers sometimes return EAGAIN or nonsense; the sample is then left out.
      add("temp", of: name, number: name.utf8.count - Self.zone.utf8.count, per: 1000, to: &buffer)
    }
    for (family, file, help) in [
      ("node_cooling_device_cur_state", "cur_state", "How hard the device cools."),
      ("node_cooling_device_max_state", "max_state", "How hard the device can cool."),
    ] {
      buffer.family(family, .gauge, help, labels: ["name", "type"])
      for name in coolers.names {
        add(file, of: name, number: name.utf8.count - Self.cooler.utf8.count, per: 1, to: &buffer)
      }
    }
  }

  /// Adds the number in a file, labelled with the last bytes of the directory's name and the
  /// device's type.
  private mutating func add(
    _ file: String, of name: String, number digits: Int, per divisor: Double,
    to buffer: inout FamilyBuffer
  ) {
    guard let value = files.number(Self.place, name, file), files.reads(Self.place, name, "type")
    else { return }
    buffer.beginSample()
    buffer.label(name.utf8.span.extracting(last: digits))
    buffer.label(files.text)
    buffer.endSample(value / divisor)
  }
}
