import MetricModel

/// Numbers with six decimals, as `%f` prints them.
enum FixedText {
  /// The text of a number too large to have a fraction, or of none at all.
  static func of(_ value: Double) -> String {
    guard value.isFinite, value.exponent >= 52 else { return FloatFormat.string(value) }
    var digits = [UInt8]()
    for byte in String(value.significandBitPattern | 1 << 52).utf8.reversed() {
      digits.append(byte - UInt8(ascii: "0"))
    }
    for _ in 0..<(value.exponent - 52) { double(&digits) }
    let text = String(decoding: digits.reversed().map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
    return "\(value < 0 ? "-" : "")\(text).000000"
  }

  /// Doubles a number whose last digit comes first.
  private static func double(_ digits: inout [UInt8]) {
    var carry: UInt8 = 0
    for index in digits.indices {
      let twice = digits[index] * 2 + carry
      digits[index] = twice % 10
      carry = twice / 10
    }
    if carry > 0 { digits.append(carry) }
  }
}
