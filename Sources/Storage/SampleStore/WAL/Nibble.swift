/// A four-bit code of bit widths: multiples of four bits, zero for zero, and all 64 bits for those
/// above 56.
enum Nibble {
  /// The nibble for all 64 bits.
  static let verbatim = 15

  /// The nibble for the width of a number.
  @inline(__always)
  static func of(_ value: UInt64) -> Int { min((67 - value.leadingZeroBitCount) / 4, verbatim) }

  /// The width of a nibble in bits.
  @inline(__always)
  static func width(_ nibble: Int) -> Int { nibble == verbatim ? 64 : nibble * 4 }

  /// Appends the nibble of a number and the number.
  static func append(_ value: UInt64, to bits: inout BitBuffer) {
    let nibble = of(value)
    bits.append(UInt64(nibble), bits: 4)
    if nibble > 0 { bits.append(value, bits: width(nibble)) }
  }
}

extension BitReader {
  /// Reads a number whose nibble is known.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func read(nibble: Int) -> UInt64 { nibble == 0 ? 0 : read(Nibble.width(nibble)) }

  /// Reads a nibble and its number.
  @_lifetime(self: copy self)
  mutating func readSized() -> UInt64 { read(nibble: Int(read(4))) }
}
