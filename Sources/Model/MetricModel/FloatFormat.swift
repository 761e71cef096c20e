/// Writes numbers as the field expects them: shortest text that reads back to the same value, in two styles.
public enum FloatFormat {
  /// Where the number is going to stand; they differ in when an exponent is written.
  public enum Style: Sendable {
    /// Exposition text, Go's shortest `%g`: an exponent from 1e+06 on and below 1e-04.
    case exposition
    /// Labels and notes of the query engine: an exponent from 1e+21 on and below 1e-04. Templates use `exposition`.
    case template
    /// Values in the query API: an exponent from 1e+21 on and below 1e-06.
    case api
    /// Never an exponent, as `count_values` prints.
    case plain

    /// The decimal exponents of the first digit that are written without `e`.
    fileprivate var plainExponents: ClosedRange<Int> {
      switch self {
      case .exposition: -4...5
      case .template: -4...20
      case .api: -6...20
      case .plain: -400...400
      }
    }
  }

  /// Appends the number.
  ///
  /// - Complexity: O(digits); no allocation beyond the small one of the standard library's shortest-digits printer.
  public static func append(_ value: Double, to bytes: inout [UInt8], style: Style = .exposition) {
    let limit = style == .exposition ? 1e6 : 1e15
    if value.magnitude < limit, value.bitPattern != (-0.0).bitPattern,
      let whole = Int64(exactly: value)
    {
      appendInteger(whole, to: &bytes)
      return
    }
    guard value.isFinite else {
      bytes.append(contentsOf: (value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf").utf8)
      return
    }
    if value.magnitude >= 1e-4, value.magnitude < limit {
      // Between these the standard library's text is the same, fraction and all.
      bytes.append(contentsOf: value.description.utf8)
      return
    }
    let digits = ShortestDigits(value)
    if value.sign == .minus { bytes.append(UInt8(ascii: "-")) }
    if style.plainExponents.contains(digits.exponent) {
      digits.appendPlain(to: &bytes)
    } else {
      digits.appendScientific(to: &bytes)
    }
  }

  /// The number as text.
  public static func string(_ value: Double, style: Style = .exposition) -> String {
    var bytes: [UInt8] = []
    append(value, to: &bytes, style: style)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends a whole number.
  public static func appendInteger(_ value: Int64, to bytes: inout [UInt8]) {
    bytes.append(addingCapacity: 20) { text in
      if value < 0 { text.append(UInt8(ascii: "-")) }
      appendDigits(value.magnitude, to: &text)
    }
  }

  /// Appends eight digits at a time, which are turned around in a register.
  private static func appendDigits(
    _ value: UInt64, atLeast count: Int = 1, to text: inout OutputSpan<UInt8>
  ) {
    var rest = value
    if value >= 100_000_000 {
      appendDigits(value / 100_000_000, to: &text)
      appendDigits(value % 100_000_000, atLeast: 8, to: &text)
      return
    }
    var turned: UInt64 = 0
    var written = 0
    while rest > 0 || written < count {
      turned = turned << 8 | (rest % 10)
      rest /= 10
      written += 1
    }
    for _ in 0..<written {
      text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: turned & 15))
      turned >>= 8
    }
  }
}
