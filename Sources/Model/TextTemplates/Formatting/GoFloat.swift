import MetricModel

/// Formats numbers like Go's verbs `%e`, `%f` and `%g` (package `strconv`, `FormatFloat`).
enum GoFloat {
  /// The highest precision that a format may ask for.
  static let precisionLimit = 1_000

  /// The number as `%.<precision><verb>` writes it, with a minus but without a plus sign. Without a
  /// precision it has as many digits as are needed to read the same number back.
  static func string(_ value: Double, verb: Character, precision: Int?) -> String {
    guard value.isFinite else { return FloatFormat.string(value) }
    guard let precision else { return shortest(value, verb: verb) }
    var digits = DecimalDigits(value)
    let body: String
    switch verb {
    case "f", "F":
      digits.round(toPlaces: precision)
      body = plain(digits, places: precision)
    case "e", "E":
      digits.round(toCount: precision + 1)
      body = scientific(digits, places: precision)
    default:
      let count = max(precision, 1)
      digits.round(toCount: count)
      let exponent = digits.digits.isEmpty ? 0 : digits.point - 1
      let shown = digits.digits.count
      // A precision beyond the digits of a whole number moves the limit at which `%g` takes an
      // exponent.
      let limit = count > shown && shown >= digits.point ? max(shown, 1) : count
      body =
        exponent < -4 || exponent >= limit
        ? scientific(digits, places: max(shown - 1, 0))
        : plain(digits, places: max(shown - digits.point, 0))
    }
    let signed = value.sign == .minus ? "-" + body : body
    return verb.isUppercase ? signed.uppercased() : signed
  }

  private static func shortest(_ value: Double, verb: Character) -> String {
    switch verb {
    case "f", "F": return FloatFormat.string(value, style: .plain)
    case "e", "E": return string(value, verb: verb, precision: shortestCount(value) - 1)
    default:
      let text = FloatFormat.string(value, style: .exposition)
      return verb == "G" ? text.uppercased() : text
    }
  }

  private static func shortestCount(_ value: Double) -> Int {
    let digits = FloatFormat.string(value, style: .plain).filter(\.isNumber)
    let significant = digits.drop { $0 == "0" }
    return max(significant.count - significant.reversed().prefix { $0 == "0" }.count, 1)
  }

  private static func plain(_ digits: DecimalDigits, places: Int) -> String {
    var text = ""
    if digits.point > 0 {
      for index in 0..<digits.point { text.append(digits[index]) }
    } else {
      text = "0"
    }
    guard places > 0 else { return text }
    text += "."
    for place in 0..<places { text.append(digits[digits.point + place]) }
    return text
  }

  private static func scientific(_ digits: DecimalDigits, places: Int) -> String {
    var text = String(digits[0])
    if places > 0 {
      text += "."
      for index in 1...places { text.append(digits[index]) }
    }
    let exponent = digits.digits.isEmpty ? 0 : digits.point - 1
    let magnitude = String(exponent.magnitude)
    return text + (exponent < 0 ? "e-" : "e+") + (magnitude.count < 2 ? "0" : "") + magnitude
  }
}
