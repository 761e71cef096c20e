import Codecs

/// Encodes header values that are not plain ASCII as encoded words (RFC 2047).
enum EncodedWord {
  /// The most bytes of text in one word; a word has at most 75 characters with its frame.
  private static let chunk = 45

  /// The text as the value of a header. Line ends, which would start a new header, become blanks.
  static func encode(_ text: String) -> String {
    let line = String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : $0 }))
    let isPlain = line.utf8.allSatisfy { $0 < 0x80 } && !line.contains("=?")
    guard !isPlain else { return line }
    var words: [String] = []
    var bytes: [UInt8] = []
    for character in line {
      let next = Array(String(character).utf8)
      if bytes.count + next.count > chunk, !bytes.isEmpty {
        words.append(word(bytes))
        bytes = []
      }
      bytes += next
    }
    if !bytes.isEmpty { words.append(word(bytes)) }
    return words.joined(separator: "\r\n ")
  }

  private static func word(_ bytes: [UInt8]) -> String {
    var text = "=?utf-8?q?"
    if bytes.count > chunk || bytes.count(where: { !isLiteral($0) }) * 3 > chunk {
      // Base64 is shorter for text that is mostly not ASCII.
      return "=?utf-8?b?" + Base64.encode(bytes) + "?="
    }
    for byte in bytes {
      if byte == 0x20 {
        text += "_"
      } else if isLiteral(byte) {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        text += "=" + Hexadecimal.text([byte], uppercase: true)
      }
    }
    return text + "?="
  }

  private static func isLiteral(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == 0x20
  }
}
