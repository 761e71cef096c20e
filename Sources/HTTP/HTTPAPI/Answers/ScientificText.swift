import MetricModel

/// Formats a number always with an exponent, such as `1.5e+01`, as Prometheus' API shows the values
/// of alerts.
enum ScientificText {
  static func string(_ value: Double) -> String {
    guard value.isFinite else { return FloatFormat.string(value) }
    guard value != 0 else { return value.sign == .minus ? "-0e+00" : "0e+00" }
    let plain = FloatFormat.string(value.magnitude, style: .plain)
    let sides = plain.split(separator: ".", omittingEmptySubsequences: false)
    let whole = String(sides[0])
    var digits = whole + (sides.count > 1 ? String(sides[1]) : "")
    var exponent = whole.count - 1
    while digits.hasPrefix("0") {
      digits.removeFirst()
      exponent -= 1
    }
    while digits.hasSuffix("0") { digits.removeLast() }
    let fraction = digits.dropFirst()
    let size = String(exponent.magnitude)
    return (value < 0 ? "-" : "") + digits.prefix(1) + (fraction.isEmpty ? "" : "." + fraction)
      + (exponent < 0 ? "e-" : "e+") + (size.count < 2 ? "0" : "") + size
  }
}
