/// Formats numbers as Prometheus does: the shortest text that parses to the same value.
public enum FloatFormat {
  /// Where the text is used, which determines when an exponent is written.
  public enum Style: Sendable {
    /// Exposition text, Go's shortest `%g`: an exponent from 1e+06 on and below 1e-04.
    case exposition
    /// Labels and annotations of the query engine: an exponent from 1e+21 on and below 1e-04.
    /// Templates use `exposition`.
    case template
    /// Values in the query API: an exponent from 1e+21 on and below 1e-06.
    case api
    /// Never an exponent, as `count_values` prints.
    case plain

    /// Magnitudes from this one on have an exponent.
    @inline(__always)
    fileprivate var large: Double {
      switch self {
      case .exposition: 1e6
      case .template, .api: 1e21
      case .plain: .infinity
      }
    }

    /// Magnitudes below this one have an exponent, except zero.
    @inline(__always)
    fileprivate var small: Double {
      switch self {
      case .exposition, .template: 1e-4
      case .api: 1e-6
      case .plain: 0
      }
    }
  }

  /// The largest number of bytes that are appended in any style but `plain`, including those that
  /// are removed again.
  static let capacity = 40
  private static let plainCapacity = 360

  /// Appends the number.
  ///
  /// - Complexity: O(1), about 5 ns for a whole number and 25 ns for any other; only the buffer
  ///   allocates.
  public static func append(_ value: Double, to bytes: inout [UInt8], style: Style = .exposition) {
    bytes.append(addingCapacity: style == .plain ? plainCapacity : capacity) { text in
      append(value, to: &text, style: style)
    }
  }

  /// Appends the number to a text with sufficient capacity.
  @inline(__always)
  static func append(_ value: Double, to text: inout OutputSpan<UInt8>, style: Style) {
    let magnitude = value.magnitude
    // From 2^53 on the shortest digits of a whole number may differ from its exact ones.
    if magnitude < min(style.large, 0x1p53), Double(UInt64(magnitude)) == magnitude {
      if value.sign == .minus { text.append(UInt8(ascii: "-")) }
      text.appendDigits(UInt64(magnitude))
    } else {
      appendOther(value, to: &text, style: style)
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
    bytes.append(addingCapacity: 32) { text in
      if value < 0 { text.append(UInt8(ascii: "-")) }
      text.appendDigits(value.magnitude)
    }
  }

  /// Appends fractions, numbers with an exponent, infinities and NaN.
  private static func appendOther(
    _ value: Double, to text: inout OutputSpan<UInt8>, style: Style
  ) {
    guard value.isFinite else {
      for byte in (value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf").utf8 { text.append(byte) }
      return
    }
    if value < 0 { text.append(UInt8(ascii: "-")) }
    let decimal = ShortestDecimal(value.magnitude)
    if value.magnitude >= style.small, value.magnitude < style.large {
      decimal.appendPlain(to: &text)
    } else {
      decimal.appendScientific(to: &text)
    }
  }
}

extension ShortestDecimal {
  /// Writes `1500`, `1.5` or `0.0015`.
  @inline(__always)
  fileprivate func appendPlain(to text: inout OutputSpan<UInt8>) {
    guard exponent < 0 else {
      text.appendDigits(digits)
      text.append(repeating: UInt8(ascii: "0"), count: exponent)
      return
    }
    let one = -exponent < Self.powersOfTen.count ? Self.powersOfTen[-exponent] : .max
    guard digits >= one else {
      text.append(UInt8(ascii: "0"))
      text.append(UInt8(ascii: "."))
      text.appendDigits(digits, count: -exponent)
      return
    }
    text.appendDigits(digits / one)
    text.append(UInt8(ascii: "."))
    text.appendDigits(digits % one, count: -exponent)
  }

  /// Writes `1.5e+06`, the exponent with at least two digits.
  fileprivate func appendScientific(to text: inout OutputSpan<UInt8>) {
    var behind = 0
    while behind + 1 < Self.powersOfTen.count, digits >= Self.powersOfTen[behind + 1] {
      behind += 1
    }
    let one = Self.powersOfTen[behind]
    text.appendDigits(digits / one)
    if behind > 0 {
      text.append(UInt8(ascii: "."))
      text.appendDigits(digits % one, count: behind)
    }
    let shown = exponent + behind
    text.append(UInt8(ascii: "e"))
    text.append(shown < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
    if shown.magnitude < 10 { text.append(UInt8(ascii: "0")) }
    text.appendDigits(UInt64(shown.magnitude))
  }

  private static let powersOfTen: [20 of UInt64] = [
    1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
    10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000,
    1_000_000_000_000_000, 10_000_000_000_000_000, 100_000_000_000_000_000,
    1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
  ]
}
