import Foundation

/// Base 64 and hexadecimal digits as mails use them.
enum Base64Text {
  static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

  /// A byte as two capital digits.
  static func hex(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return byte < 16 ? "0" + digits : digits
  }
}

/// The encoding of mail bodies: readable where it is ASCII, and no line longer than 76 characters (RFC 2045, 6.7).
enum QuotedPrintable {
  /// The text, with CR LF as line ends.
  static func encode(_ text: String) -> String {
    var result = ""
    for line in lines(of: text) {
      result += encode(line: Array(line.utf8))
      result += "\r\n"
    }
    return result
  }

  private static func lines(of text: String) -> [Substring] {
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  private static func encode(line: [UInt8]) -> String {
    var result = ""
    var width = 0
    for (index, byte) in line.enumerated() {
      let isBlank = byte == 0x20 || byte == 0x09
      let isLiteral =
        byte != UInt8(ascii: "=") && (0x21...0x7e).contains(byte)
        || isBlank && index + 1 < line.count
      let piece = isLiteral ? String(Unicode.Scalar(byte)) : "=" + Base64Text.hex(byte)
      if width + piece.utf8.count > 75 {
        result += "=\r\n"
        width = 0
      }
      result += piece
      width += piece.utf8.count
    }
    return result
  }
}
