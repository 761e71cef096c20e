/// Widths of numbers told by four bits: multiples of four bits, zero for zero, and all 64 bits for those above 56.
enum Nibble {
  /// What tells of all 64 bits.
  static let verbatim = 15

  /// What tells the width of a number.
  @inline(__always)
  static func of(_ value: UInt64) -> Int { min((67 - value.leadingZeroBitCount) / 4, verbatim) }

  /// The width that is told.
  @inline(__always)
  static func width(_ nibble: Int) -> Int { nibble == verbatim ? 64 : nibble * 4 }

  /// Appends a number behind what tells its width.
  static func append(_ value: UInt64, to bits: inout BitBuffer) {
    let nibble = of(value)
    bits.append(UInt64(nibble), bits: 4)
    if nibble > 0 { bits.append(value, bits: width(nibble)) }
  }
}

extension BitReader {
  /// Reads a number whose width is told.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func read(nibble: Int) -> UInt64 { nibble == 0 ? 0 : read(Nibble.width(nibble)) }

  /// Reads a number behind what tells its width.
  @_lifetime(self: copy self)
  mutating func readSized() -> UInt64 { read(nibble: Int(read(4))) }
}
