import CollectorCore
import MetricModel

/// A file of a hardware monitor: `temp1_crit` is the property `crit` of the sensor `temp1`.
struct HardwareSensor: Equatable, Sendable {
  let name: String
  let property: String

  private static let kinds: Set = [
    "vrm", "beep_enable", "update_interval", "in", "cpu", "fan", "pwm", "temp", "curr", "power",
    "energy", "humidity", "intrusion", "freq",
  ]

  /// Reads the name of a file. Returns nil for a file that belongs to no sensor.
  init?(file: String) {
    let kind = file.prefix { !$0.isNumber }
    if kind.count == file.count {
      // Without a number the whole name is the kind, and the sensor is number 0.
      guard Self.kinds.contains(file) else { return nil }
      name = "\(file)0"
      property = ""
      return
    }
    guard Self.kinds.contains(String(kind)) else { return nil }
    let rest = file.dropFirst(kind.count)
    let number = rest.prefix { $0.isNumber }
    guard let index = Int(number) else { return nil }
    let tail = rest.dropFirst(number.count)
    guard tail.isEmpty || (tail.first == "_" && tail.count > 1) else { return nil }
    name = "\(kind)\(index)"
    property = String(tail.dropFirst())
  }

  /// The metric of a file: its name after `node_hwmon_`, its type, and its value in the unit of the
  /// name.
  struct Reading: Equatable, Sendable {
    let name: String
    let type: MetricType
    let value: Double

    init(_ name: String, _ value: Double, _ type: MetricType = .gauge) {
      self.name = name
      self.value = value
      self.type = type
    }
  }

  /// The name and unit of a reading, which the kernel counts in thousandths or millionths.
  static func reading(
    _ kind: String, _ property: String, _ value: Double, hasPlainFile: Bool
  ) -> Reading {
    switch kind {
    case "beep_enable": return Reading("beep_enabled", value == 1 ? 1 : 0)
    case "vrm": return Reading("voltage_regulator_version", value)
    case "update_interval": return Reading("update_interval_seconds", value / 1000)
    default: break
    }
    var name = kind
    if property == "input" {
      if hasPlainFile { name += "_input" }
    } else if !property.isEmpty {
      name += "_\(metricPart(property))"
    }
    switch (kind, property) {
    case (_, "fault"), (_, "alarm"): return Reading(name, value)
    case (_, "beep"): return Reading("\(name)_enabled", value)
    case ("in", _), ("cpu", _): return Reading("\(name)_volts", value / 1000)
    case ("temp", "type"): return Reading(name, value)
    case ("temp", _): return Reading("\(name)_celsius", value / 1000)
    case ("curr", _): return Reading("\(name)_amps", value / 1000)
    case ("energy", _): return Reading("\(name)_joule_total", value / 1e6, .counter)
    case ("power", "accuracy"): return Reading(name, value / 1e6)
    case ("power", "average_interval"), ("power", "average_interval_min"),
      ("power", "average_interval_max"):
      return Reading("\(name)_seconds", value / 1000)
    case ("power", _): return Reading("\(name)_watt", value / 1e6)
    case ("humidity", _): return Reading(name, value / 1e6)
    case ("fan", "input"), ("fan", "min"), ("fan", "max"), ("fan", "target"):
      return Reading("\(name)_rpm", value)
    default: return Reading(name, value)
    }
  }

  /// A text in lower case, with underscores for characters that a metric's name must not contain.
  static func metricPart(_ text: String) -> String {
    var bytes = text.lowercased().utf8.map { byte -> UInt8 in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: ":"):
        byte
      default: UInt8(ascii: "_")
      }
    }
    while bytes.last == UInt8(ascii: "_") { bytes.removeLast() }
    return String(decoding: bytes.drop { $0 == UInt8(ascii: "_") }, as: UTF8.self)
  }
}
