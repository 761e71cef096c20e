/// Variable-length integers: seven bits per byte, the least significant first.
public enum Varint {
  /// Appends a number, in one to ten bytes.
  @inlinable
  public static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// Appends a signed number in zigzag encoding, in which numbers near zero of either sign take few
  /// bytes.
  @inlinable
  public static func appendSigned(_ value: Int64, to bytes: inout [UInt8]) {
    append(UInt64(bitPattern: (value << 1) ^ (value >> 63)), to: &bytes)
  }

  /// Reads a number and advances the position; returns nil if it is truncated or too long.
  @inlinable
  public static func read(_ bytes: Span<UInt8>, at position: inout Int) -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < bytes.count, shift < 64 {
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }

  /// Reads a number that `appendSigned` wrote.
  @inlinable
  public static func readSigned(_ bytes: Span<UInt8>, at position: inout Int) -> Int64? {
    guard let value = read(bytes, at: &position) else { return nil }
    return Int64(bitPattern: (value >> 1)) ^ -Int64(value & 1)
  }
}
