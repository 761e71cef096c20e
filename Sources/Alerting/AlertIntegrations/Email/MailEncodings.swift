import Codecs

/// The quoted-printable encoding of mail bodies: ASCII stays readable, and lines have at most 76
/// characters (RFC 2045, 6.7).
enum QuotedPrintable {
  /// The encoded text, with CR LF as line ends.
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
      let piece =
        isLiteral ? String(Unicode.Scalar(byte)) : "=" + Hexadecimal.text([byte], uppercase: true)
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
