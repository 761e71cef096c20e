/// Percent-encoding of URLs (RFC 3986) and of `application/x-www-form-urlencoded` text.
///
/// Foundation's decoder fails on bytes that are not UTF-8, which clients do send; here they become
/// U+FFFD.
package enum PercentEncoding {
  private static let percent = UInt8(ascii: "%")
  private static let plus = UInt8(ascii: "+")
  private static let space = UInt8(ascii: " ")

  /// Encodes every byte that is not unreserved, as in a component of a URL.
  package static func component(_ text: String) -> String {
    encode(text, allowing: isUnreserved)
  }

  /// Encodes a name or a value of a query string or a form: a space becomes `+`.
  package static func query(_ text: String) -> String {
    encode(text, allowing: isUnreserved, spaceAsPlus: true)
  }

  /// Encodes every byte for which `isAllowed` returns false.
  package static func encode(
    _ text: String, allowing isAllowed: (UInt8) -> Bool, spaceAsPlus: Bool = false
  ) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      if isAllowed(byte) {
        bytes.append(byte)
      } else if byte == space, spaceAsPlus {
        bytes.append(plus)
      } else {
        bytes.append(percent)
        Hexadecimal.append(byte, uppercase: true, to: &bytes)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether a byte is a letter, a digit or one of `-._~`, which are never encoded.
  package static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "~"):
      true
    default: false
    }
  }

  /// Decodes `%41` and, with `plusIsSpace`, `+`; returns nil if a percent sign is not followed by
  /// two hexadecimal digits.
  package static func decode(_ text: Substring, plusIsSpace: Bool) -> String? {
    let needsWork = text.utf8.contains { $0 == percent || (plusIsSpace && $0 == plus) }
    guard needsWork else { return String(text) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      if byte == percent {
        guard let high = rest.popFirst().flatMap(Hexadecimal.value),
          let low = rest.popFirst().flatMap(Hexadecimal.value)
        else { return nil }
        bytes.append(high << 4 | low)
      } else {
        bytes.append(byte == plus && plusIsSpace ? space : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
