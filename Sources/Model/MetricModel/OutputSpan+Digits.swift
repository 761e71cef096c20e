/// Writes numbers and short texts eight bytes at a time: the digits are computed and stored in a
/// register.
extension OutputSpan where Element == UInt8 {
  /// Appends the lowest `bytes` bytes of a word in little-endian order; there must be capacity for
  /// eight.
  @inline(__always)
  mutating func append(word: UInt64, bytes: Int) {
    let end = count
    // Checks the capacity once; the surplus bytes are removed below.
    append(repeating: 0, count: 8)
    for place in 0..<8 {
      self[end &+ place] = UInt8(truncatingIfNeeded: word &>> UInt64(8 &* place))
    }
    removeLast(8 &- bytes)
  }

  /// Appends a whole number; there must be capacity for 24 bytes.
  @inline(__always)
  mutating func appendDigits(_ value: UInt64) {
    if value < 100_000_000 { appendFirst(value) } else { appendLong(value) }
  }

  private mutating func appendLong(_ value: UInt64) {
    let (high, low) = value.quotientAndRemainder(dividingBy: 100_000_000)
    let (top, middle) = high.quotientAndRemainder(dividingBy: 100_000_000)
    if top == 0 {
      appendFirst(middle)
    } else {
      appendFirst(top)
      appendLast(middle, 8)
    }
    appendLast(low, 8)
  }

  /// Appends a number as `count` digits with leading zeros; there must be capacity for seven more.
  @inline(__always)
  mutating func appendDigits(_ value: UInt64, count: Int) {
    let (high, low) = value.quotientAndRemainder(dividingBy: 100_000_000)
    let (top, middle) = high.quotientAndRemainder(dividingBy: 100_000_000)
    if count <= 8 {
      appendLast(low, count)
    } else if count <= 16 {
      appendLast(middle, count &- 8)
      appendLast(low, 8)
    } else {
      // No number has more than 20 digits.
      append(repeating: UInt8(ascii: "0"), count: max(count &- 24, 0))
      appendLast(top, min(count, 24) &- 16)
      appendLast(middle, 8)
      appendLast(low, 8)
    }
  }

  /// Appends a number below 100,000,000 without leading zeros.
  @inline(__always)
  private mutating func appendFirst(_ value: UInt64) {
    let digits = Self.eightDigits(value)
    appendLast(digits: digits, value == 0 ? 1 : 8 &- digits.trailingZeroBitCount >> 3)
  }

  /// Appends the last digits of a number below 100,000,000.
  @inline(__always)
  private mutating func appendLast(_ value: UInt64, _ count: Int) {
    appendLast(digits: Self.eightDigits(value), count)
  }

  @inline(__always)
  private mutating func appendLast(digits: UInt64, _ count: Int) {
    append(
      word: (digits | 0x3030_3030_3030_3030) &>> UInt64(8 &* (8 &- count)), bytes: count)
  }

  /// The eight digits of a number below 100,000,000, the first in the lowest byte: the number is
  /// split in parallel into parts of four, two and one digit.
  @inline(__always)
  private static func eightDigits(_ value: UInt64) -> UInt64 {
    let (high, low) = value.quotientAndRemainder(dividingBy: 10_000)
    let fours = high | low << 32
    let hundreds = ((fours &* 10_486) >> 20) & 0x7f_0000_007f
    let twos = hundreds | (fours &- hundreds &* 100) << 16
    let tens = ((twos &* 103) >> 10) & 0x000f_000f_000f_000f
    return tens | (twos &- tens &* 10) << 8
  }
}
