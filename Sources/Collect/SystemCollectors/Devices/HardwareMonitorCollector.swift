import CollectorCore
import MetricModel

/// Temperatures, fans, voltages and the like, from /sys/class/hwmon.
final class HardwareMonitorCollector: Collector {
  private let proc: ProcRoot
  private let chips: NameFilter
  private let sensors: NameFilter

  init(_ context: SystemContext) {
    proc = context.proc
    chips = context.patterns.hardwareChips
    sensors = context.patterns.hardwareSensors
  }

  private static let labels = ["chip", "sensor"]

  func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let directories = try proc.devices("class/hwmon")
    var named: [(chip: String, directory: String)] = []
    var seen: [String: Int] = [:]
    for name in directories {
      let directory = "class/hwmon/\(name)"
      let chip = chipName(directory) ?? HardwareSensor.metricPart(name)
      seen[chip, default: 0] += 1
      named.append((chip, directory))
    }
    for (index, entry) in named.enumerated() {
      // Two functions of one device would otherwise be one chip.
      let chip =
        seen[entry.chip, default: 0] > 1 ? "\(entry.chip)_\(directories[index])" : entry.chip
      guard chips.shows(chip) else { continue }
      add(chip, entry.directory, to: &buffer)
    }
  }

  /// The chip by the place of its device, which does not change from boot to boot as numbers do; or else by name.
  private func chipName(_ directory: String) -> String? {
    if let path = proc.sysLinkTarget("\(directory)/device") {
      let parts = path.split(separator: "/")
      let device = parts.last.map { HardwareSensor.metricPart(String($0)) } ?? ""
      let kind = parts.dropLast().last.map { HardwareSensor.metricPart(String($0)) } ?? ""
      if !device.isEmpty, device != "__" {
        return kind.isEmpty ? device : "\(kind)_\(device)"
      }
    }
    let name = HardwareSensor.metricPart(proc.sysLine("\(directory)/name") ?? "")
    return name.isEmpty ? nil : name
  }

  private func add(_ chip: String, _ directory: String, to buffer: inout FamilyBuffer) {
    if let name = proc.sysLine("\(directory)/name").map(HardwareSensor.metricPart), !name.isEmpty {
      buffer.family(
        "node_hwmon_chip_names", .gauge, "The chip's name; the value is always 1.",
        labels: ["chip", "chip_name"])
      buffer.add(1, chip, name)
    }
    var files: [String: [String: String]] = [:]
    for place in [directory, "\(directory)/device"] {
      for file in (try? proc.sysNames(place)) ?? [] {
        guard let sensor = HardwareSensor(file: file), sensors.shows("\(chip);\(sensor.name)")
        else { continue }
        // A driver may refuse or fail: then there is no reading.
        guard let value = proc.sysLine("\(place)/\(file)") else { continue }
        files[sensor.name, default: [:]][sensor.property] = value
      }
    }
    for (name, readings) in files.sorted(by: { $0.key < $1.key }) {
      addSensor(chip, name, readings, to: &buffer)
    }
  }

  private func addSensor(
    _ chip: String, _ name: String, _ readings: [String: String], to buffer: inout FamilyBuffer
  ) {
    let kind = String(name.prefix { !$0.isNumber })
    if let label = readings["label"] {
      buffer.family(
        "node_hwmon_sensor_label", .gauge, "The sensor's label; the value is always 1.",
        labels: ["chip", "label", "sensor"])
      buffer.add(1, chip, label, name)
    }
    for (property, text) in readings.sorted(by: { $0.key < $1.key }) where property != "label" {
      guard let number = text.utf8.span.decimal else { continue }
      if kind == "freq", property == "input" {
        guard let label = readings["label"] else { continue }
        add(
          HardwareSensor.Reading("freq_freq_mhz", number / 1e6), chip,
          HardwareSensor.metricPart(label), to: &buffer)
        continue
      }
      let reading = HardwareSensor.reading(
        kind, property, number, hasPlainFile: readings[""] != nil)
      add(reading, chip, name, to: &buffer)
    }
  }

  private func add(
    _ reading: HardwareSensor.Reading, _ chip: String, _ sensor: String,
    to buffer: inout FamilyBuffer
  ) {
    buffer.family(
      "node_hwmon_\(reading.name)", reading.type, "A reading of a hardware monitor.",
      labels: Self.labels)
    buffer.add(reading.value, chip, sensor)
  }
}
