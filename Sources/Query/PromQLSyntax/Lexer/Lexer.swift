import Codecs
import MetricModel

/// Splits the text of an expression into tokens.
///
/// What a character means depends on its context: after `{`, after `[` or elsewhere. The rules are
/// those of Prometheus, and so are the error messages.
struct Lexer {
  let bytes: [UInt8]
  private(set) var position = SourcePosition.start
  private var tokens: [Token] = []
  private var parenthesisDepth = 0
  private var isInBraces = false
  private var isInBrackets = false
  /// Whether a duration is being read: from `[` on up to the first number.
  private var isBeforeDuration = false
  private var hasColon = false
  /// Whether any brackets had a duration so far.
  private var hasDuration = false

  /// The tokens of a text; the last one is `.end` or `.failure`.
  static func tokens(of text: String) -> [Token] {
    var lexer = Lexer(bytes: Array(text.utf8))
    while lexer.scanToken() {}
    return lexer.tokens
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
    tokens.reserveCapacity(bytes.count / 3 + 2)
  }

  // MARK: - Bytes

  /// The byte at the position plus a distance; nil after the end.
  func peek(_ distance: Int = 0) -> UInt8? {
    let index = position.offset + distance
    return index < bytes.count ? bytes[index] : nil
  }

  /// Advances by one byte and counts lines.
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

  /// Advances past the next byte if it is wanted.
  mutating func accept(_ isWanted: (UInt8) -> Bool) -> Bool {
    guard let byte = peek(), isWanted(byte) else { return false }
    advance()
    return true
  }

  /// The character at a distance from the position; nil after the end.
  func scalar(_ distance: Int = 0) -> Unicode.Scalar? {
    let start = position.offset + distance
    guard start < bytes.count else { return nil }
    return String(decoding: bytes[start...].prefix(4), as: UTF8.self).unicodeScalars.first
  }

  /// A character in single quotes, as messages show it; the end of the text is not a character.
  static func quoted(_ scalar: Unicode.Scalar?) -> String {
    GoQuoting.quoted(character: scalar ?? "\u{fffd}")
  }

  /// The text from a place to here.
  func text(from start: SourcePosition) -> String {
    String(decoding: bytes[start.offset..<position.offset], as: UTF8.self)
  }

  // MARK: - Tokens

  /// Adds a token; returns `true`, for more may follow.
  mutating func emit(_ kind: Token.Kind, from start: SourcePosition) -> Bool {
    let range = SourceRange(start: start, end: position)
    tokens.append(Token(kind: kind, text: text(from: start), range: range))
    return true
  }

  /// Adds a symbol, whose text is known.
  mutating func emit(_ symbol: Symbol, from start: SourcePosition) -> Bool {
    let range = SourceRange(start: start, end: position)
    tokens.append(Token(kind: .symbol(symbol), text: symbol.rawValue, range: range))
    return true
  }

  /// Adds the last token, an error; returns `false`.
  mutating func fail(_ message: String, from start: SourcePosition? = nil) -> Bool {
    let range = SourceRange(start: start ?? position, end: position)
    tokens.append(Token(kind: .failure(message), text: "", range: range))
    return false
  }

  private mutating func scanToken() -> Bool {
    skipSpaces()
    if isBeforeDuration { return scanBeforeDuration() }
    if peek() == UInt8(ascii: "#") {
      skipComment()
      return true
    }
    return isInBraces ? scanInBraces() : scanStatement()
  }

  private mutating func skipSpaces() { while accept(Self.isSpace) {} }

  private mutating func skipComment() {
    while let byte = peek(), byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") { advance() }
  }

  /// Reads a token outside of braces, or in brackets after the first number.
  private mutating func scanStatement() -> Bool {
    let start = position
    guard let byte = peek() else { return scanEnd() }
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
      return scanString(quote: byte)
    case _ where beginsNumber(byte):
      return scanNumberOrDuration()
    case _ where Self.isLetter(byte) || byte == UInt8(ascii: ":"):
      return isInBrackets ? scanInBrackets(byte) : scanWord()
    case UInt8(ascii: "!") where peek(1) != UInt8(ascii: "="):
      return fail("unexpected character after '!': \(Self.quoted(scalar(1)))", from: start)
    case UInt8(ascii: "=") where peek(1) == UInt8(ascii: "~"):
      return fail("unexpected character after '=': '~'", from: start)
    default:
      return scanSymbol(byte)
    }
  }

  private mutating func scanEnd() -> Bool {
    if parenthesisDepth != 0 { return fail("unclosed left parenthesis") }
    if isInBrackets { return fail("unclosed left bracket") }
    _ = emit(.end, from: position)
    return false
  }

  private mutating func scanSymbol(_ byte: UInt8) -> Bool {
    let start = position
    guard let symbol = Self.twoByteSymbol(byte, peek(1)) ?? Symbol(byte) else {
      return fail("unexpected character: \(Self.quoted(scalar()))", from: start)
    }
    switch symbol {
    case .leftBracket where isInBrackets:
      return fail("unexpected left bracket '['", from: start)
    case .rightBracket where !isInBrackets:
      return fail("unexpected right bracket ']'", from: start)
    case .rightBrace:
      return fail("unexpected character: '}'", from: start)
    case .rightParenthesis where parenthesisDepth == 0:
      advance()
      return fail("unexpected right parenthesis ')'")
    default: break
    }
    advance()
    if Symbol(byte) != symbol { advance() }
    note(symbol)
    return emit(symbol, from: start)
  }

  private mutating func note(_ symbol: Symbol) {
    switch symbol {
    case .leftParenthesis: parenthesisDepth += 1
    case .rightParenthesis: parenthesisDepth -= 1
    case .leftBrace: isInBraces = true
    case .rightBracket: isInBrackets = false
    case .leftBracket:
      isInBrackets = true
      isBeforeDuration = true
      hasColon = false
    default: break
    }
  }

  private static func twoByteSymbol(_ first: UInt8, _ second: UInt8?) -> Symbol? {
    switch (first, second) {
    case (UInt8(ascii: "="), UInt8(ascii: "=")): .equal
    case (UInt8(ascii: "!"), UInt8(ascii: "=")): .notEqual
    case (UInt8(ascii: "<"), UInt8(ascii: "=")): .lessOrEqual
    case (UInt8(ascii: "<"), UInt8(ascii: "/")): .trimUpper
    case (UInt8(ascii: ">"), UInt8(ascii: "=")): .greaterOrEqual
    case (UInt8(ascii: ">"), UInt8(ascii: "/")): .trimLower
    default: nil
    }
  }

  /// Reads a word: a name, a keyword or one of the two numbers that are words.
  private mutating func scanWord() -> Bool {
    let start = position
    var hasColon = false
    while let byte = peek() {
      if byte == UInt8(ascii: ":") {
        hasColon = true
      } else if !Self.isLetter(byte), !Self.isDigit(byte) {
        break
      }
      advance()
    }
    if hasColon { return emit(.metricIdentifier, from: start) }
    let word = text(from: start)
    if word.utf8.count == 3 {
      switch Keywords.lowercased(word) {
      case "inf": return emit(.number(.infinity), from: start)
      case "nan": return emit(.number(.nan), from: start)
      default: break
      }
    }
    guard Keywords.contains(word) else { return emit(.identifier, from: start) }
    guard bytes[start.offset] | 0x20 == UInt8(ascii: "f") else {
      return emit(.keyword, from: start)
    }
    let isFill = Keywords.fills.contains(Keywords.lowercased(word))
    return emit(isFill && !isBeforeParenthesis ? .identifier : .keyword, from: start)
  }

  private var isBeforeParenthesis: Bool {
    bytes[position.offset...].first { !Self.isSpace($0) } == UInt8(ascii: "(")
  }

  // MARK: - Braces

  private mutating func scanInBraces() -> Bool {
    let start = position
    guard let byte = peek() else { return fail("unexpected end of input inside braces") }
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
      return scanString(quote: byte)
    case _ where Self.isLetter(byte):
      while accept({ Self.isLetter($0) || Self.isDigit($0) }) {}
      return emit(.identifier, from: start)
    case UInt8(ascii: ","):
      advance()
      return emit(Symbol.comma, from: start)
    case UInt8(ascii: "="):
      advance()
      let matches = accept { $0 == UInt8(ascii: "~") }
      return emit(matches ? Symbol.matches : .assign, from: start)
    case UInt8(ascii: "!"):
      advance()
      if accept({ $0 == UInt8(ascii: "~") }) { return emit(Symbol.notMatches, from: start) }
      if accept({ $0 == UInt8(ascii: "=") }) { return emit(Symbol.notEqual, from: start) }
      return fail(
        "unexpected character after '!' inside braces: \(Self.quoted(scalar()))", from: start)
    case UInt8(ascii: "{"):
      return fail("unexpected left brace '{'", from: start)
    case UInt8(ascii: "}"):
      advance()
      isInBraces = false
      return emit(Symbol.rightBrace, from: start)
    default:
      return fail("unexpected character inside braces: \(Self.quoted(scalar()))", from: start)
    }
  }

  // MARK: - Brackets

  /// Reads a token in brackets before the first number.
  private mutating func scanBeforeDuration() -> Bool {
    let start = position
    guard let byte = peek() else {
      return fail("unexpected end of input in duration expression")
    }
    switch byte {
    case UInt8(ascii: "]"):
      isBeforeDuration = false
      return scanSymbol(byte)
    case UInt8(ascii: ":"):
      advance()
      guard hasDuration else {
        return fail("unexpected colon before duration in duration expression")
      }
      guard !hasColon else { return fail("unexpected repeated colon in duration expression") }
      hasColon = true
      return emit(Symbol.colon, from: start)
    case _ where "()+-*/%^,".utf8.contains(byte):
      return scanSymbol(byte)
    case _ where beginsNumber(byte):
      hasDuration = true
      isBeforeDuration = false
      return scanNumberOrDuration()
    default:
      guard Self.beginsDurationWord(byte), scanDurationWord() else {
        position = start
        return fail(
          "unexpected character in duration expression: \(Self.quoted(scalar()))", from: start)
      }
      return true
    }
  }

  /// Reads a word or a colon in brackets after the first number.
  private mutating func scanInBrackets(_ byte: UInt8) -> Bool {
    let start = position
    if byte == UInt8(ascii: ":") {
      guard !hasColon else { return fail("unexpected colon ':'", from: start) }
      advance()
      hasColon = true
      return emit(Symbol.colon, from: start)
    }
    if Self.beginsDurationWord(byte), scanDurationWord() { return true }
    position = start
    return fail(
      "unexpected character: \(Self.quoted(scalar())), expected ':'", from: start)
  }

  private mutating func scanDurationWord() -> Bool {
    let start = position
    while accept(Self.isLetter) {}
    guard Keywords.durations.contains(Keywords.lowercased(text(from: start))) else { return false }
    return emit(.keyword, from: start)
  }

  private static func beginsDurationWord(_ byte: UInt8) -> Bool {
    "srm".utf8.contains(byte | 0x20)
  }

  // MARK: - Characters

  static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t")
      || byte == UInt8(ascii: "\r")
  }

  static func isLetter(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
