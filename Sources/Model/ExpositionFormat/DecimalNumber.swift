/// Parses the numbers of an exposition exactly, mostly without the C library.
///
/// Up to 19 digits are accumulated in an integer. If that and the power of ten are both exact as
/// `Double`, one multiplication or division is correctly rounded; otherwise the standard library
/// parses the text again.
enum DecimalNumber {
  /// Parses the number that starts at a position and ends at a blank or at the end of the line.
  ///
  /// It accepts decimal numbers, `Inf` and `NaN` in any case. A number too large for `Double` is
  /// refused, as in Prometheus.
  static func read(_ bytes: Span<UInt8>, at start: Int) -> (value: Double, end: Int)? {
    if let plain = readPlain(bytes, at: start) { return plain }
    var scan = Scan(bytes, at: start)
    scan.readSign()
    guard scan.position < bytes.count else { return nil }
    guard bytes[scan.position].isDigit || bytes[scan.position] == UInt8(ascii: ".") else {
      return word(bytes, at: start, digits: scan.position)
    }
    guard scan.readDigits(), isEnd(bytes, scan.position) else { return nil }
    if let value = scan.exactValue { return (value, scan.position) }
    let text = ParsedLabels.text(bytes.extracting(start..<scan.position))
    guard let value = Double(text), value.isFinite else { return nil }
    return (value, scan.position)
  }

  /// Parses a number of up to 18 digits that needs only one correctly rounded operation; returns
  /// nil for any other number.
  @inline(always)
  static func readPlain(_ bytes: Span<UInt8>, at start: Int) -> (value: Double, end: Int)? {
    readShort(bytes, at: start) ?? readLong(bytes, at: start)
  }

  /// Parses up to seven digits, optionally followed by a point and up to seven more, at the end of
  /// the line; returns nil for any other number.
  ///
  /// It reads all digits of a run at once, without branches that depend on their number.
  @inline(always)
  private static func readShort(_ bytes: Span<UInt8>, at start: Int) -> (value: Double, end: Int)? {
    // Twice seven digits, and one byte after each.
    guard bytes.count - start > 16 else { return nil }
    let whole = DigitRun(bytes, at: start)
    guard whole.count > 0, whole.count < 8 else { return nil }
    let end = start + whole.count
    if bytes[end] == .newline { return (Double(Int64(whole.value)), end) }
    guard bytes[end] == UInt8(ascii: ".") else { return nil }
    let fraction = DigitRun(bytes, at: end + 1)
    let last = end + 1 + fraction.count
    guard fraction.count < 8, bytes[last] == .newline else { return nil }
    let power = powersOfTen[fraction.count]
    return ((Double(Int64(whole.value)) * power + Double(Int64(fraction.value))) / power, last)
  }

  /// The digits at the start of eight bytes.
  private struct DigitRun {
    /// The number of digits; 8 if all bytes are digits.
    let count: Int
    /// The value of the digits.
    let value: UInt32

    @inline(always)
    init(_ bytes: Span<UInt8>, at start: Int) {
      let bytes = bytes.extracting(start..<start + 8)
      var word: UInt64 = 0
      for index in 0..<8 { word |= UInt64(bytes[index]) << UInt64(8 * index) }
      // Digits become 0 to 9 and all other bytes more; the lowest bit found belongs to the first
      // other byte.
      let digits = word ^ 0x3030_3030_3030_3030
      let others = ((digits &+ 0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080
      count = others.trailingZeroBitCount / 8
      // Leading zeros extend the digits to eight; then neighbours are combined to pairs, fours and
      // the whole.
      let eight = count == 0 ? 0 : digits << UInt64(64 - 8 * count)
      let pairs = eight &* 10 &+ eight >> 8
      let low = (pairs & 0x0000_00ff_0000_00ff) &* (100 + 1_000_000 << 32)
      let high = (pairs >> 16 & 0x0000_00ff_0000_00ff) &* (1 + 10_000 << 32)
      value = UInt32(truncatingIfNeeded: (low &+ high) >> 32)
    }
  }

  private static func readLong(_ bytes: Span<UInt8>, at start: Int) -> (value: Double, end: Int)? {
    var position = start
    let isNegative = position < bytes.count && bytes[position] == UInt8(ascii: "-")
    if isNegative { position += 1 }
    // Further digits overflow the mantissa, and are too many.
    let limit = min(bytes.count, position + 20)
    var digits = -position
    var power = 0
    var mantissa: UInt64 = 0
    while position < limit, bytes[position].isDigit {
      mantissa = mantissa &* 10 &+ UInt64(bytes[position] &- UInt8(ascii: "0"))
      position += 1
    }
    digits += position
    if position < limit, bytes[position] == UInt8(ascii: ".") {
      position += 1
      power = position
      while position < limit, bytes[position].isDigit {
        mantissa = mantissa &* 10 &+ UInt64(bytes[position] &- UInt8(ascii: "0"))
        position += 1
      }
      power -= position
      digits -= power
    }
    guard digits > 0, digits <= 18, position < bytes.count else { return nil }
    if bytes[position] | 0x20 == UInt8(ascii: "e") {
      guard let (exponent, end) = readExponent(bytes, at: position + 1) else { return nil }
      power += exponent
      position = end
    }
    guard position < bytes.count, bytes[position].isBlank || bytes[position] == .newline,
      mantissa <= 1 << 53, -22 <= power, power <= 22
    else { return nil }
    let number = Double(Int64(truncatingIfNeeded: mantissa))
    let magnitude =
      power == 0
      ? number : power < 0 ? number / powersOfTen[-power] : number * powersOfTen[power]
    return (isNegative ? -magnitude : magnitude, position)
  }

  /// Parses an exponent of one or two digits with an optional sign.
  @inline(always)
  private static func readExponent(
    _ bytes: Span<UInt8>, at start: Int
  ) -> (value: Int, end: Int)? {
    guard start + 3 < bytes.count else { return nil }
    var position = start
    let isNegative = bytes[position] == UInt8(ascii: "-")
    if isNegative || bytes[position] == UInt8(ascii: "+") { position += 1 }
    guard bytes[position].isDigit else { return nil }
    var value = Int(bytes[position] &- UInt8(ascii: "0"))
    position += 1
    if bytes[position].isDigit {
      value = value * 10 + Int(bytes[position] &- UInt8(ascii: "0"))
      position += 1
    }
    return (isNegative ? -value : value, position)
  }

  /// Parses a whole number with an optional minus sign that ends at a blank or at the end of the
  /// line.
  static func readInteger(_ bytes: Span<UInt8>, at start: Int) -> (value: Int64, end: Int)? {
    var position = start
    let isNegative = position < bytes.count && bytes[position] == UInt8(ascii: "-")
    if isNegative { position += 1 }
    let firstDigit = position
    var value: Int64 = 0
    while position < bytes.count, bytes[position].isDigit {
      let digit = Int64(bytes[position] - UInt8(ascii: "0"))
      let (product, tooLong) = value.multipliedReportingOverflow(by: 10)
      let (sum, tooMuch) = product.addingReportingOverflow(isNegative ? -digit : digit)
      guard !tooLong, !tooMuch else { return nil }
      value = sum
      position += 1
    }
    guard position > firstDigit, isEnd(bytes, position) else { return nil }
    return (value, position)
  }

  private static func isEnd(_ bytes: Span<UInt8>, _ position: Int) -> Bool {
    position == bytes.count || bytes[position].isBlank || bytes[position] == .newline
  }

  /// Parses `NaN`, `Inf` or `Infinity`; the latter two may have a sign.
  private static func word(
    _ bytes: Span<UInt8>, at start: Int, digits: Int
  ) -> (value: Double, end: Int)? {
    var end = digits
    var letters: [UInt8] = []
    while end < bytes.count, bytes[end].startsName, letters.count < 9 {
      letters.append(bytes[end] | 0x20)
      end += 1
    }
    guard isEnd(bytes, end) else { return nil }
    switch String(decoding: letters, as: UTF8.self) {
    case "nan": return digits == start ? (.nan, end) : nil
    case "inf", "infinity":
      return (bytes[start] == UInt8(ascii: "-") ? -Double.infinity : .infinity, end)
    default: return nil
    }
  }
}

extension DecimalNumber {
  /// The state of parsing one decimal number.
  private struct Scan: ~Escapable {
    let bytes: Span<UInt8>
    var position: Int
    var isNegative = false
    var mantissa: UInt64 = 0
    /// The number of digits in the mantissa, without leading zeros.
    var digits = 0
    var exponent = 0
    var isTruncated = false

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, at start: Int) {
      self.bytes = bytes
      position = start
    }

    mutating func readSign() {
      guard position < bytes.count else { return }
      isNegative = bytes[position] == UInt8(ascii: "-")
      if isNegative || bytes[position] == UInt8(ascii: "+") { position += 1 }
    }

    /// Parses integer part, fraction and exponent; returns false if a required digit is missing.
    mutating func readDigits() -> Bool {
      var count = readRun(fraction: false)
      if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
        position += 1
        count += readRun(fraction: true)
      }
      guard count > 0 else { return false }
      guard position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") else { return true }
      position += 1
      return readExponent()
    }

    private mutating func readRun(fraction: Bool) -> Int {
      let start = position
      while position < bytes.count, bytes[position].isDigit {
        if digits < 19 {
          mantissa = mantissa &* 10 &+ UInt64(bytes[position] &- UInt8(ascii: "0"))
          if mantissa != 0 { digits += 1 }
          if fraction { exponent -= 1 }
        } else {
          isTruncated = true
          if !fraction { exponent += 1 }
        }
        position += 1
      }
      return position - start
    }

    private mutating func readExponent() -> Bool {
      var sign = 1
      if position < bytes.count {
        if bytes[position] == UInt8(ascii: "-") { sign = -1 }
        if sign < 0 || bytes[position] == UInt8(ascii: "+") { position += 1 }
      }
      let start = position
      var value = 0
      while position < bytes.count, bytes[position].isDigit {
        value = min(value * 10 + Int(bytes[position] &- UInt8(ascii: "0")), 1_000_000)
        position += 1
      }
      exponent += sign * value
      return position > start
    }

    /// The value, if one correctly rounded operation is sufficient.
    var exactValue: Double? {
      guard !isTruncated else { return nil }
      if mantissa == 0 { return isNegative ? -0.0 : 0 }
      guard mantissa <= 1 << 53, (-22...22).contains(exponent) else { return nil }
      let magnitude =
        exponent < 0
        ? Double(mantissa) / powersOfTen[-exponent] : Double(mantissa) * powersOfTen[exponent]
      return isNegative ? -magnitude : magnitude
    }
  }

  /// The powers of ten that are exact as `Double`.
  private static let powersOfTen: [23 of Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]
}
