import MetricModel

/// Cuts the text of an expression into tokens.
struct Lexer {
  private(set) var bytes: [UInt8]
  private(set) var position = SourcePosition.start
  private var tokens: [Token] = []
  private var braceDepth = 0
  private var bracketDepth = 0

  /// The tokens of a text, the last one being `.end`.
  static func tokens(of text: String) throws(ParseError) -> [Token] {
    var lexer = Lexer(bytes: Array(text.utf8))
    while try lexer.scanToken() {}
    let end = SourceRange(start: lexer.position, end: lexer.position)
    lexer.tokens.append(Token(kind: .end, text: "", range: end))
    return lexer.tokens
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// The byte at the position plus a distance; nil after the end.
  func peek(_ distance: Int = 0) -> UInt8? {
    let index = position.offset + distance
    return index < bytes.count ? bytes[index] : nil
  }

  /// Steps over one byte and keeps count of lines.
  mutating func advance() {
    guard let byte = peek() else { return }
    position.offset += 1
    if byte == UInt8(ascii: "\n") {
      position.line += 1
      position.column = 1
    } else {
      position.column += 1
    }
  }

  /// The text from a place to here.
  func text(from start: SourcePosition) -> String {
    String(decoding: bytes[start.offset..<position.offset], as: UTF8.self)
  }

  /// An error about the text from a place to here.
  func failure(_ message: String, from start: SourcePosition) -> ParseError {
    ParseError(message, at: SourceRange(start: start, end: position))
  }

  mutating func emit(_ kind: Token.Kind, from start: SourcePosition) {
    let range = SourceRange(start: start, end: position)
    tokens.append(Token(kind: kind, text: text(from: start), range: range))
  }

  private mutating func scanToken() throws(ParseError) -> Bool {
    skipBlanksAndComments()
    guard let byte = peek() else {
      if braceDepth > 0 {
        throw failure("unexpected end of input inside braces", from: position)
      }
      return false
    }
    let start = position
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
      emit(.string(try scanString(quote: byte)), from: start)
    case UInt8(ascii: ".") where peek(1).map(Self.isDigit) ?? false:
      emit(try scanNumber(), from: start)
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      emit(try scanNumber(), from: start)
    case _ where Self.isLetter(byte):
      scanName(from: start)
    case UInt8(ascii: ":") where bracketDepth == 0 && braceDepth == 0:
      scanName(from: start)
    default:
      try scanSymbol(byte, from: start)
    }
    return true
  }

  private mutating func skipBlanksAndComments() {
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        advance()
      case UInt8(ascii: "#"):
        while let next = peek(), next != UInt8(ascii: "\n") { advance() }
      default:
        return
      }
    }
  }

  private mutating func scanName(from start: SourcePosition) {
    var hasColon = false
    while let byte = peek() {
      if byte == UInt8(ascii: ":"), bracketDepth == 0, braceDepth == 0 {
        hasColon = true
      } else if !Self.isLetter(byte), !Self.isDigit(byte) {
        break
      }
      advance()
    }
    if position.offset - start.offset == 3, braceDepth == 0 {
      switch text(from: start).lowercased() {
      case "inf": return emit(.number(.infinity), from: start)
      case "nan": return emit(.number(.nan), from: start)
      default: break
      }
    }
    emit(hasColon ? .metricIdentifier : .identifier, from: start)
  }

  private mutating func scanSymbol(_ byte: UInt8, from start: SourcePosition) throws(ParseError) {
    let longest = peek(1).flatMap { Symbol(byte, $0) }
    guard let symbol = longest ?? Symbol(byte) else { throw unexpectedCharacter(from: start) }
    advance()
    if longest != nil { advance() }
    try track(symbol, from: start)
    emit(.symbol(symbol), from: start)
  }

  private mutating func track(_ symbol: Symbol, from start: SourcePosition) throws(ParseError) {
    switch symbol {
    case .leftBrace:
      if braceDepth > 0 { throw failure("unexpected left brace '{'", from: start) }
      braceDepth += 1
    case .rightBrace:
      if braceDepth == 0 { throw failure("unexpected character: '}'", from: start) }
      braceDepth -= 1
    case .leftBracket:
      if bracketDepth > 0 { throw failure("unexpected left bracket '['", from: start) }
      bracketDepth += 1
    case .rightBracket:
      if bracketDepth == 0 { throw failure("unexpected right bracket ']'", from: start) }
      bracketDepth -= 1
    default: break
    }
  }

  private func unexpectedCharacter(from start: SourcePosition) -> ParseError {
    let rest = String(decoding: bytes[start.offset...].prefix(4), as: UTF8.self)
    let shown = rest.unicodeScalars.first.map { String($0) } ?? ""
    let place = braceDepth > 0 ? " inside braces" : ""
    return ParseError(
      "unexpected character\(place): '\(shown)'", at: SourceRange(start: start, end: start))
  }

  static func isLetter(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
