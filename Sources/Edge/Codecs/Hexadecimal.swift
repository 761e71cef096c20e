/// Bytes as hexadecimal digits.
package enum Hexadecimal {
  /// The bytes as text, two digits each.
  package static func text(_ bytes: some Sequence<UInt8>, uppercase: Bool = false) -> String {
    var result: [UInt8] = []
    for byte in bytes { append(byte, uppercase: uppercase, to: &result) }
    return String(decoding: result, as: UTF8.self)
  }

  /// Appends the two digits of a byte, in ASCII.
  package static func append(_ byte: UInt8, uppercase: Bool, to text: inout [UInt8]) {
    for digit in [byte >> 4, byte & 15] {
      let letters = UInt8(ascii: uppercase ? "A" : "a")
      text.append(digit < 10 ? UInt8(ascii: "0") + digit : letters + digit - 10)
    }
  }

  /// The value of an ASCII digit of either case; nil if the byte is not one.
  package static func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
