/// Quoted texts in the syntax of Go.
package enum GoQuoting {
  /// The text in double quotes, as Go's `%q` prints it.
  package static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars { result += escaped(scalar, quote: "\"") }
    return result + "\""
  }

  /// A character in single quotes, as Go's `%q` prints a number.
  package static func quoted(character scalar: Unicode.Scalar) -> String {
    "'" + escaped(scalar, quote: "'") + "'"
  }

  private static func escaped(_ scalar: Unicode.Scalar, quote: Unicode.Scalar) -> String {
    switch scalar {
    case quote, "\\": return "\\\(scalar)"
    case "\u{07}": return "\\a"
    case "\u{08}": return "\\b"
    case "\u{0C}": return "\\f"
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    case "\u{0B}": return "\\v"
    default: break
    }
    switch scalar.properties.generalCategory {
    case .control where scalar.value < 0x80: return "\\x" + hex(scalar.value, width: 2)
    case .control, .format, .unassigned, .privateUse, .surrogate, .lineSeparator,
      .paragraphSeparator:
      return scalar.value > 0xFFFF
        ? "\\U" + hex(scalar.value, width: 8) : "\\u" + hex(scalar.value, width: 4)
    case .spaceSeparator where scalar != " ": return "\\u" + hex(scalar.value, width: 4)
    default: return String(scalar)
    }
  }

  private static func hex(_ value: UInt32, width: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// Decodes the text between quotes; returns nil if an escape is invalid.
  package static func unquoted(_ body: ArraySlice<UInt8>, quote: UInt8) -> String? {
    var bytes: [UInt8] = []
    var rest = body
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      guard let escape = rest.popFirst() else { return nil }
      switch escape {
      case UInt8(ascii: "a"): bytes.append(0x07)
      case UInt8(ascii: "b"): bytes.append(0x08)
      case UInt8(ascii: "f"): bytes.append(0x0C)
      case UInt8(ascii: "n"): bytes.append(0x0A)
      case UInt8(ascii: "r"): bytes.append(0x0D)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "v"): bytes.append(0x0B)
      case UInt8(ascii: "\\"), quote: bytes.append(escape)
      default:
        guard numeric(escape, rest: &rest, into: &bytes) else { return nil }
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Decodes the numeric escapes `\x41`, `\101`, `\u00e9` and `\U0001F600`.
  private static func numeric(
    _ escape: UInt8, rest: inout ArraySlice<UInt8>, into bytes: inout [UInt8]
  ) -> Bool {
    var digits: [UInt8] = []
    var length = 0
    var radix = 16
    switch escape {
    case UInt8(ascii: "x"): length = 2
    case UInt8(ascii: "u"): length = 4
    case UInt8(ascii: "U"): length = 8
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      (length, radix) = (2, 8)
      digits = [escape]
    default: return false
    }
    guard rest.count >= length else { return false }
    digits += rest.prefix(length)
    rest = rest.dropFirst(length)
    let text = String(decoding: digits, as: UTF8.self)
    guard text.allSatisfy(\.isHexDigit), let value = UInt32(text, radix: radix) else {
      return false
    }
    if length == 2 {
      guard value <= 0xFF else { return false }
      bytes.append(UInt8(value))
      return true
    }
    guard let scalar = Unicode.Scalar(value) else { return false }
    bytes += Array(String(scalar).utf8)
    return true
  }
}
