extension Lexer {
  /// Reads a quoted string: escapes in single and double quotes as in Go, none in back quotes.
  mutating func scanString(quote: UInt8) -> Bool {
    let start = position
    advance()
    if let end = endOfPlainString(quote: quote) {
      let text = String(decoding: bytes[position.offset..<end], as: UTF8.self)
      while position.offset <= end { advance() }
      return emit(.string(text, isText: true), from: start)
    }
    var decoded: [UInt8] = []
    while let byte = peek() {
      if byte == quote {
        advance()
        let text = String(decoding: decoded, as: UTF8.self)
        return emit(.string(text, isText: text.utf8.elementsEqual(decoded)), from: start)
      }
      if quote != UInt8(ascii: "`") {
        if byte == UInt8(ascii: "\n") { break }
        if byte == UInt8(ascii: "\\") {
          advance()
          if let problem = scanEscape(quote: quote, into: &decoded) {
            return fail(problem, from: start)
          }
          continue
        }
      }
      // Bytes that were not UTF-8 have been replaced by this character on the way here.
      if byte == 0xef, scalar() == "\u{fffd}" { return fail("invalid UTF-8 rune", from: start) }
      decoded.append(byte)
      advance()
    }
    return fail(
      quote == UInt8(ascii: "`") ? "unterminated raw string" : "unterminated quoted string",
      from: start)
  }

  /// The position of the closing quote of a string of ASCII characters without escapes; `nil` if
  /// the string is not so simple.
  private func endOfPlainString(quote: UInt8) -> Int? {
    var place = position.offset
    while place < bytes.count, bytes[place] != quote {
      guard bytes[place] < 128, bytes[place] != UInt8(ascii: "\\"),
        bytes[place] != UInt8(ascii: "\n")
      else { return nil }
      place += 1
    }
    return place < bytes.count ? place : nil
  }

  /// Scans what follows a backslash; returns the error message, if any.
  private mutating func scanEscape(quote: UInt8, into decoded: inout [UInt8]) -> String? {
    guard let byte = peek() else { return "escape sequence not terminated" }
    if let plain = Self.plainEscapes[byte] ?? (byte == quote ? byte : nil) {
      decoded.append(plain)
      advance()
      return nil
    }
    let (digits, radix): (Int, UInt32)
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "7"): (digits, radix) = (3, 8)
    case UInt8(ascii: "x"): (digits, radix) = (2, 16)
    case UInt8(ascii: "u"): (digits, radix) = (4, 16)
    case UInt8(ascii: "U"): (digits, radix) = (8, 16)
    default: return "unknown escape sequence \(Self.named(scalar()))"
    }
    if radix == 16 { advance() }
    var code: UInt32 = 0
    for _ in 0..<digits {
      guard let digit = peek() else { return "escape sequence not terminated" }
      guard let value = Self.digit(digit), value < radix else {
        return "illegal character \(Self.named(scalar())) in escape sequence"
      }
      code = code &* radix &+ value
      advance()
    }
    guard digits > 3 else {
      guard let byte = UInt8(exactly: code) else { return Self.invalidCode }
      decoded.append(byte)
      return nil
    }
    guard let scalar = Unicode.Scalar(code) else { return Self.invalidCode }
    decoded.append(contentsOf: String(scalar).utf8)
    return nil
  }

  private static let invalidCode = "escape sequence is an invalid Unicode code point"

  /// A character with its number, `U+0071 'q'`; the number alone if it is not printable.
  private static func named(_ scalar: Unicode.Scalar?) -> String {
    let scalar = scalar ?? "\u{fffd}"
    let digits = String(scalar.value, radix: 16, uppercase: true)
    let number = "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    let shown = quoted(scalar)
    let isPrintable = !shown.contains("\\") || scalar == "'" || scalar == "\\"
    return isPrintable ? "\(number) '\(scalar)'" : number
  }

  private static func digit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }

  private static let plainEscapes: [UInt8: UInt8] = [
    UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10,
    UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9, UInt8(ascii: "v"): 11, UInt8(ascii: "\\"): 92,
  ]
}
