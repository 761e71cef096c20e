/// A value as it is encoded in a WAL record.
///
/// Most values are decimal numbers of few digits. A non-negative integer is encoded as twice
/// itself. After a low bit that is set come four bits for the power of ten, one for the sign, and
/// the number; or, in place of a power of ten, a mark followed by the bits in reverse order of
/// their bytes, so that trailing zeros take no space. Everything else is encoded with all its 64
/// bits.
struct ValueCode {
  /// In place of the power of ten, the mark of raw bits.
  private static let bitsMark: UInt64 = 15

  /// The encoded bits.
  let bits: UInt64
  /// The nibble with their width.
  let nibble: Int

  /// Encodes a value that is a number over a power of ten, of a magnitude less than 2^53.
  @inline(__always)
  init(_ value: UInt64, number: Int64, exponent: UInt8) {
    let isWhole = number >= 0 && exponent == 0
    let magnitude = number.magnitude
    let sign: UInt64 = number < 0 ? 0x20 : 0
    let code = isWhole ? magnitude &<< 1 : magnitude &<< 6 | sign | UInt64(exponent) &<< 1 | 1
    self.init(code, else: value)
  }

  /// Encodes arbitrary bits.
  init(_ value: UInt64) {
    if let number = LinearPredictor.number(value, exponent: 0) {
      self.init(value, number: number, exponent: 0)
      return
    }
    let reversed = value.byteSwapped
    // Too wide with the mark: then all 64 bits are written.
    self.init(
      reversed < 1 << 50 ? reversed &<< 6 | Self.bitsMark &<< 1 | 1 : .max, else: value)
  }

  @inline(__always)
  private init(_ code: UInt64, else value: UInt64) {
    nibble = Nibble.of(code)
    bits = nibble == Nibble.verbatim ? value : code
  }

  /// The value of a code of a width; `nil` if it is damaged.
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
