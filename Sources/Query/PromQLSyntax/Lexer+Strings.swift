extension Lexer {
  /// Reads a quoted string: escapes in single and double quotes as in Go, none in back quotes.
  mutating func scanString(quote: UInt8) throws(ParseError) -> String {
    let start = position
    advance()
    var decoded: [UInt8] = []
    while let byte = peek() {
      if byte == quote {
        advance()
        return String(decoding: decoded, as: UTF8.self)
      }
      if quote != UInt8(ascii: "`") {
        if byte == UInt8(ascii: "\n") { break }
        if byte == UInt8(ascii: "\\") {
          try scanEscape(quote: quote, into: &decoded)
          continue
        }
      }
      decoded.append(byte)
      advance()
    }
    let kind = quote == UInt8(ascii: "`") ? "unterminated raw string" : "unterminated quoted string"
    throw failure(kind, from: start)
  }

  private mutating func scanEscape(quote: UInt8, into decoded: inout [UInt8]) throws(ParseError) {
    let start = position
    advance()
    guard let byte = peek() else { throw failure("escape sequence not terminated", from: start) }
    if let plain = Self.plainEscapes[byte] ?? (byte == quote ? byte : nil) {
      decoded.append(plain)
      advance()
      return
    }
    switch byte {
    case UInt8(ascii: "x"):
      advance()
      decoded.append(UInt8(try scanCode(digits: 2, radix: 16, from: start)))
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      let code = try scanCode(digits: 3, radix: 8, from: start)
      guard let value = UInt8(exactly: code) else { throw invalidEscape(from: start) }
      decoded.append(value)
    case UInt8(ascii: "u"), UInt8(ascii: "U"):
      advance()
      let digits = byte == UInt8(ascii: "u") ? 4 : 8
      let code = try scanCode(digits: digits, radix: 16, from: start)
      guard let scalar = Unicode.Scalar(code) else {
        throw failure("escape sequence is an invalid Unicode code point", from: start)
      }
      decoded.append(contentsOf: String(scalar).utf8)
    default:
      advance()
      throw failure("unknown escape sequence \(text(from: start))", from: start)
    }
  }

  private mutating func scanCode(
    digits: Int, radix: Int, from start: SourcePosition
  ) throws(ParseError) -> UInt32 {
    let first = position
    for _ in 0..<digits {
      guard let byte = peek(), Self.isDigit(byte) || Self.isLetter(byte) else {
        throw invalidEscape(from: start)
      }
      advance()
    }
    guard let code = UInt32(text(from: first), radix: radix) else {
      throw invalidEscape(from: start)
    }
    return code
  }

  private func invalidEscape(from start: SourcePosition) -> ParseError {
    failure("invalid escape sequence \(text(from: start))", from: start)
  }

  private static let plainEscapes: [UInt8: UInt8] = [
    UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10,
    UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9, UInt8(ascii: "v"): 11, UInt8(ascii: "\\"): 92,
  ]
}
