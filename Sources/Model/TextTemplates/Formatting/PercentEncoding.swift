/// Percent-encoding of URLs.
enum PercentEncoding {
  /// Encodes every byte that is not kept.
  static func encode(_ text: String, keeping isKept: (UInt8) -> Bool) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if isKept(byte) {
        bytes.append(byte)
      } else {
        bytes.append(UInt8(ascii: "%"))
        for digit in [byte >> 4, byte & 15] {
          bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10)
        }
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A value of a query string: a blank becomes `+`.
  static func query(_ text: String) -> String {
    encode(text) { isUnreserved($0) || $0 == UInt8(ascii: " ") }
      .replacing(" ", with: "+")
  }

  /// Decodes a value of a query string; nil when a `%` is not followed by two digits.
  static func decodedQuery(_ text: String) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        let digits = String(Substring(rest.prefix(2)))
        guard digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit),
          let value = UInt8(digits, radix: 16)
        else { return nil }
        bytes.append(value)
        rest = rest.dropFirst(2)
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func isUnreserved(_ byte: UInt8) -> Bool {
    (TemplateLexer.isNameByte(byte) && byte < 0x80) || "-.~".utf8.contains(byte)
  }
}
