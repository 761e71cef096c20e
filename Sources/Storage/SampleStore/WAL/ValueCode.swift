/// A value as it stands in a journal row.
///
/// Most values are decimal numbers of few digits. A whole number that is not negative stands as twice itself. Behind a low bit that
/// is set come four bits for the power of ten, one for the sign, and the number; or, in place of a power of ten, the mark of bits that stand
/// in reverse order of their bytes, so that zeros at their end take no room. Everything else stands with all its 64 bits.
struct ValueCode {
  /// In place of the power of ten, the mark of bits.
  private static let bitsMark: UInt64 = 15

  /// What is written.
  let bits: UInt64
  /// What tells how wide that is.
  let nibble: Int

  /// Codes a value that is a number over a power of ten, less than 2^53 of magnitude.
  @inline(__always)
  init(_ value: UInt64, number: Int64, exponent: UInt8) {
    let isWhole = number >= 0 && exponent == 0
    let magnitude = number.magnitude
    let sign: UInt64 = number < 0 ? 0x20 : 0
    let code = isWhole ? magnitude &<< 1 : magnitude &<< 6 | sign | UInt64(exponent) &<< 1 | 1
    self.init(code, else: value)
  }

  /// Codes any bits.
  init(_ value: UInt64) {
    if let number = LinearPredictor.number(value, exponent: 0) {
      self.init(value, number: number, exponent: 0)
      return
    }
    let reversed = value.byteSwapped
    // Too wide with the mark if it is cut off: then all bits stand.
    self.init(
      reversed < 1 << 50 ? reversed &<< 6 | Self.bitsMark &<< 1 | 1 : .max, else: value)
  }

  @inline(__always)
  private init(_ code: UInt64, else value: UInt64) {
    nibble = Nibble.of(code)
    bits = nibble == Nibble.verbatim ? value : code
  }

  /// The value whose code has a width; nil if it makes no sense.
  @inline(__always)
  static func value(_ code: UInt64, nibble: Int) -> UInt64? {
    if nibble == Nibble.verbatim { return code }
    if code & 1 == 0 { return Double(code >> 1).bitPattern }
    let exponent = (code >> 1) & 15
    if exponent == bitsMark { return (code >> 6).byteSwapped }
    guard exponent <= UInt64(LinearPredictor.highestExponent) else { return nil }
    let magnitude = Int64(code >> 6)
    return LinearPredictor.value(
      of: code & 0x20 == 0 ? magnitude : -magnitude, exponent: UInt8(exponent)
    ).bitPattern
  }
}
