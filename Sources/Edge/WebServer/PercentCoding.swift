/// Percent decoding of paths and of `application/x-www-form-urlencoded` text.
package enum PercentCoding {
  /// Decodes `%41` and, in form text, `+`; nil when a percent sign is not followed by two hexadecimal digits.
  ///
  /// Bytes that are no UTF-8 become U+FFFD: a label value or a query is text everywhere else in the program.
  package static func decode(_ text: Substring, plusIsSpace: Bool) -> String? {
    let needsWork = text.utf8.contains { $0 == percent || (plusIsSpace && $0 == plus) }
    guard needsWork else { return String(text) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      if byte == percent {
        guard let high = rest.popFirst().flatMap(hexValue),
          let low = rest.popFirst().flatMap(hexValue)
        else { return nil }
        bytes.append(high << 4 | low)
      } else {
        bytes.append(byte == plus && plusIsSpace ? UInt8(ascii: " ") : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let percent = UInt8(ascii: "%")
  private static let plus = UInt8(ascii: "+")

  private static func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
