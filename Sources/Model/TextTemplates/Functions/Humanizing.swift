import Codecs
import MetricModel

/// The `humanize` functions of Prometheus' templates (`template/template.go`).
enum Humanizing {
  /// `humanize`: four significant digits and a decimal unit prefix.
  static func number(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return digits(value) }
    if value.magnitude >= 1 {
      return scaled(value, by: 1000, ["k", "M", "G", "T", "P", "E", "Z", "Y"])
    }
    return small(value)
  }

  /// `humanize1024`: four significant digits and a binary unit prefix.
  static func number1024(_ value: Double) -> String {
    guard value.magnitude > 1, value.isFinite else { return digits(value) }
    return scaled(value, by: 1024, ["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"])
  }

  /// `humanizeDuration`, from seconds.
  static func duration(_ value: Double) -> String {
    guard value.isFinite else { return digits(value) }
    if value == 0 { return "0s" }
    guard value.magnitude >= 1 else { return small(value) + "s" }
    let sign = value < 0 ? "-" : ""
    let magnitude = value.magnitude
    guard magnitude >= 60 else { return sign + digits(magnitude) + "s" }
    let whole = Int64(exactly: magnitude.rounded(.towardZero)) ?? .max
    let (days, hours, minutes) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60)
    var text = "\(sign)"
    if days > 0 { text += "\(days)d " }
    if days > 0 || hours > 0 { text += "\(hours)h " }
    return text + "\(minutes)m \(whole % 60)s"
  }

  /// `humanizePercentage`, from a ratio.
  static func percentage(_ value: Double) -> String { digits(value * 100) + "%" }

  /// `humanizeTimestamp`, from seconds since 1970.
  static func timestamp(_ value: Double) throws(TemplateFault) -> String {
    guard value.isFinite else { return digits(value) }
    return try time(value).printed
  }

  /// The time at a number of seconds since 1970.
  static func time(_ value: Double) throws(TemplateFault) -> TemplateTime {
    // Prometheus counts nanoseconds in 64 bits.
    guard value.isFinite, (value * 1e9).magnitude < 0x1p63 else {
      throw TemplateFault("\(GoFloat.string(value, verb: "g", precision: nil)) is no time")
    }
    return TemplateTime(Timestamp(rawValue: Int64((value * 1000).rounded(.down))))
  }

  /// A number as the functions accept it: a number, a string that holds one, or a duration (in
  /// seconds).
  static func number(from value: TemplateValue) throws(TemplateFault) -> Double {
    switch value {
    case .number(let number): return number
    case .int(let number): return Double(number)
    case .string(let text):
      guard let number = parse(text) else {
        throw TemplateFault("\(GoQuoting.quoted(text)) is not a number")
      }
      return number
    case .object(let object as TemplateDuration): return object.seconds
    default: throw TemplateFault("can't convert \(value.typeName) to a number")
    }
  }

  private static func parse(_ text: String) -> Double? {
    switch text.lowercased() {
    case "inf", "+inf", "infinity", "+infinity": .infinity
    case "-inf", "-infinity": -.infinity
    case "nan": .nan
    default: text.contains(where: \.isWhitespace) ? nil : Double(text)
    }
  }

  /// `%.4g`
  private static func digits(_ value: Double) -> String {
    GoFloat.string(value, verb: "g", precision: 4)
  }

  private static func scaled(_ value: Double, by factor: Double, _ units: [String]) -> String {
    var value = value
    var shown = ""
    for unit in units {
      if value.magnitude < factor { break }
      shown = unit
      value /= factor
    }
    return digits(value) + shown
  }

  private static func small(_ value: Double) -> String {
    var value = value
    var shown = ""
    for unit in ["m", "u", "n", "p", "f", "a", "z", "y"] {
      if value.magnitude >= 1 { break }
      shown = unit
      value *= 1000
    }
    return digits(value) + shown
  }
}
