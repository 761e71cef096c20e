/// Numbers and short texts written eight bytes at a time: the digits are made and moved in a register.
extension OutputSpan where Element == UInt8 {
  /// Appends the lowest bytes of a word, the lowest first; there must be room for all eight.
  @inline(__always)
  mutating func append(word: UInt64, bytes: Int) {
    let end = count
    // Room is checked for once, and what is too much taken back.
    append(repeating: 0, count: 8)
    for place in 0..<8 {
      self[end &+ place] = UInt8(truncatingIfNeeded: word &>> UInt64(8 &* place))
    }
    removeLast(8 &- bytes)
  }

  /// Appends a whole number; there must be room for 24 bytes.
  @inline(__always)
  mutating func appendDigits(_ value: UInt64) {
    guard value < 100_000_000 else {
      appendLongDigits(value)
      return
    }
    let digits = Self.eightDigits(value)
    let leadingZeros = value == 0 ? 7 : digits.trailingZeroBitCount >> 3
    append(
      word: (digits | Self.zeros) &>> UInt64(8 &* leadingZeros), bytes: 8 &- leadingZeros)
  }

  private mutating func appendLongDigits(_ value: UInt64) {
    let (high, low) = value.quotientAndRemainder(dividingBy: 100_000_000)
    appendDigits(high)
    append(word: Self.eightDigits(low) | Self.zeros, bytes: 8)
  }

  /// Appends a number with so many digits, zeros in front included; there must be room for seven more.
  mutating func appendDigits(_ value: UInt64, count: Int) {
    guard count <= 8 else {
      let (high, low) = value.quotientAndRemainder(dividingBy: 100_000_000)
      appendDigits(high, count: count - 8)
      append(word: Self.eightDigits(low) | Self.zeros, bytes: 8)
      return
    }
    append(
      word: (Self.eightDigits(value) | Self.zeros) &>> UInt64(8 &* (8 &- count)), bytes: count)
  }

  /// `00000000`.
  private static var zeros: UInt64 { 0x3030_3030_3030_3030 }

  /// The digits of a number below 100,000,000, the first in the lowest byte: halved into four, two and one digit side by side.
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
