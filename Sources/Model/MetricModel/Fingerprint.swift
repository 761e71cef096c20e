/// The 64-bit FNV-1a hash with which Prometheus and Alertmanager fingerprint label sets: each text
/// is followed by the byte 0xff.
public struct Fingerprint: Sendable {
  /// The hash of the bytes so far.
  public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  public init() {}

  /// Adds a text and its separator.
  public mutating func combine(_ text: String) {
    for byte in text.utf8 { combine(byte) }
    combine(0xff as UInt8)
  }

  /// Adds one byte.
  @inlinable
  public mutating func combine(_ byte: UInt8) { mix(byte) }

  @usableFromInline
  mutating func mix(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }

  /// The 16 hexadecimal digits of a hash, as the APIs print it.
  public static func text(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
