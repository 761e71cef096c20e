import Codecs
import MetricModel

/// Splits a template into tokens.
struct TemplateLexer {
  private let bytes: [UInt8]
  private var position = 0
  private var tokens: [TemplateToken] = []

  private init(_ text: String) {
    bytes = Array(text.utf8)
  }

  /// The tokens of a text; the last one is `.end`.
  static func tokens(of text: String) throws(PlacedFault) -> [TemplateToken] {
    var lexer = TemplateLexer(text)
    try lexer.run()
    return lexer.tokens
  }

  private mutating func run() throws(PlacedFault) {
    var trimsNext = false
    while true {
      let start = position
      let open = find("{{", from: start)
      position = open ?? bytes.count
      var text = bytes[start..<position]
      if trimsNext { text = text.drop { Self.isSpace($0) } }
      if let open, hasLeftTrim(after: open + 2) {
        while let last = text.last, Self.isSpace(last) { text.removeLast() }
      }
      if !text.isEmpty { add(.text(String(decoding: text, as: UTF8.self)), at: text.startIndex) }
      guard let open else { break }
      trimsNext = try action(from: open)
    }
    add(.end, at: bytes.count)
  }

  /// Reads one action or comment, and returns whether white space after it is trimmed.
  private mutating func action(from open: Int) throws(PlacedFault) -> Bool {
    position = open + 2
    if hasLeftTrim(after: position) { position += 1 }
    let start = position
    skipSpace()
    if starts(with: "/*") { return try comment(from: open) }
    position = start
    add(.open, at: open)
    while true {
      let isSpaced = skipSpace()
      if isSpaced, starts(with: "-}}") {
        add(.close, at: position, isSpaced: true)
        position += 3
        return true
      }
      if starts(with: "}}") {
        add(.close, at: position, isSpaced: isSpaced)
        position += 2
        return false
      }
      guard position < bytes.count, !starts(with: "{{") else {
        throw PlacedFault("unclosed action: \"}}\" is missing", at: open)
      }
      try word(isSpaced: isSpaced)
    }
  }

  private mutating func comment(from open: Int) throws(PlacedFault) -> Bool {
    guard let end = find("*/", from: position + 2) else {
      throw PlacedFault("unclosed comment: \"*/\" is missing", at: open)
    }
    position = end + 2
    let isSpaced = skipSpace()
    if isSpaced, starts(with: "-}}") {
      position += 3
      return true
    }
    guard !isSpaced, starts(with: "}}") else {
      throw PlacedFault("a comment must end with \"*/}}\"", at: open)
    }
    position += 2
    return false
  }

  private mutating func word(isSpaced: Bool) throws(PlacedFault) {
    let start = position
    let byte = bytes[position]
    let kind: TemplateToken.Kind
    switch byte {
    case UInt8(ascii: "("): kind = single(.leftParenthesis)
    case UInt8(ascii: ")"): kind = single(.rightParenthesis)
    case UInt8(ascii: "|"): kind = single(.pipe)
    case UInt8(ascii: ","): kind = single(.comma)
    case UInt8(ascii: "="): kind = single(.assign)
    case UInt8(ascii: ":"):
      guard starts(with: ":=") else { throw PlacedFault("expected \":=\"", at: start) }
      position += 2
      kind = .declare
    case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"): kind = try quoted(byte)
    case UInt8(ascii: "$"):
      position += 1
      kind = .variable("$" + name())
    case UInt8(ascii: ".") where !isDigit(at: position + 1):
      position += 1
      let field = name()
      kind = field.isEmpty ? .dot : .field(field)
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "."):
      kind = try number()
    default:
      let name = name()
      guard !name.isEmpty else {
        let character = String(decoding: bytes[start...], as: UTF8.self).first ?? " "
        throw PlacedFault("unexpected \"\(character)\" in an action", at: start)
      }
      kind = .word(name)
    }
    add(kind, at: start, isSpaced: isSpaced)
  }
}

extension TemplateLexer {
  private mutating func add(_ kind: TemplateToken.Kind, at offset: Int, isSpaced: Bool = false) {
    tokens.append(TemplateToken(kind: kind, offset: offset, isSpaced: isSpaced))
  }

  private mutating func single(_ kind: TemplateToken.Kind) -> TemplateToken.Kind {
    position += 1
    return kind
  }

  /// Reads letters, digits and `_`; bytes above 127 count as letters.
  private mutating func name() -> String {
    let start = position
    while position < bytes.count, Self.isNameByte(bytes[position]) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func number() throws(PlacedFault) -> TemplateToken.Kind {
    let start = position
    var previous: UInt8 = 0
    while position < bytes.count {
      let byte = bytes[position]
      let isSign = byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
      let isHex = bytes[start..<position].contains { $0 | 0x20 == UInt8(ascii: "x") }
      let exponent = isHex ? UInt8(ascii: "p") : UInt8(ascii: "e")
      let takesSign = position == start || previous | 0x20 == exponent
      guard Self.isNameByte(byte) || byte == UInt8(ascii: ".") || (isSign && takesSign) else {
        break
      }
      previous = byte
      position += 1
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let literal = NumberLiteral(text) else {
      throw PlacedFault("\"\(text)\" is not a number", at: start)
    }
    return .number(literal)
  }

  private mutating func quoted(_ quote: UInt8) throws(PlacedFault) -> TemplateToken.Kind {
    let start = position
    var end = start + 1
    while end < bytes.count, bytes[end] != quote {
      if bytes[end] == UInt8(ascii: "\n"), quote != UInt8(ascii: "`") { break }
      if bytes[end] == UInt8(ascii: "\\"), quote != UInt8(ascii: "`") { end += 1 }
      end += 1
    }
    guard end < bytes.count, bytes[end] == quote else {
      throw PlacedFault("a quoted text does not end", at: start)
    }
    position = end + 1
    let body = bytes[(start + 1)..<end]
    if quote == UInt8(ascii: "`") {
      return .string(String(decoding: body.filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self))
    }
    guard let text = GoQuoting.unquoted(body, quote: quote) else {
      throw PlacedFault("a quoted text has an escape that does not exist", at: start)
    }
    if quote == UInt8(ascii: "\"") { return .string(text) }
    let scalars = text.unicodeScalars
    guard scalars.count == 1, let scalar = scalars.first else {
      throw PlacedFault("a character in quotes must be a single one", at: start)
    }
    return .number(.int(Int(scalar.value)))
  }

  /// Skips white space, and returns whether there was any.
  @discardableResult
  private mutating func skipSpace() -> Bool {
    let start = position
    while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
    return position > start
  }

  private func hasLeftTrim(after position: Int) -> Bool {
    position + 1 < bytes.count && bytes[position] == UInt8(ascii: "-")
      && Self.isSpace(bytes[position + 1])
  }

  private func isDigit(at index: Int) -> Bool {
    index < bytes.count && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index])
  }

  private func starts(with word: StaticString) -> Bool {
    bytes[position...].starts(with: word.description.utf8)
  }

  private func find(_ pair: StaticString, from start: Int) -> Int? {
    let wanted = Array(pair.description.utf8)
    var index = start
    while index + 1 < bytes.count {
      if bytes[index] == wanted[0], bytes[index + 1] == wanted[1] { return index }
      index += 1
    }
    return nil
  }

  static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (0x09...0x0A).contains(byte) || byte == UInt8(ascii: "\r")
  }

  static func isNameByte(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || byte >= 0x80
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}

extension NumberLiteral {
  /// Reads a Go number: decimal, `0x`, `0o`, `0b`, leading-zero octal, fractions and exponents, `_`
  /// between digits.
  init?(_ text: String) {
    let isNegative = text.hasPrefix("-")
    let body = text.drop { $0 == "-" || $0 == "+" }.filter { $0 != "_" }.lowercased()
    guard text.count - text.drop(while: { $0 == "-" || $0 == "+" }).count <= 1,
      body.first?.isNumber == true || body.first == "."
    else { return nil }
    let sign = isNegative ? "-" : ""
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where body.hasPrefix(prefix) {
      if let value = Int(sign + body.dropFirst(2), radix: radix) {
        self = .int(value)
        return
      }
      guard radix == 16, body.contains("p"), let value = Double(sign + body) else { return nil }
      self = .number(value)
      return
    }
    if body.count > 1, body.first == "0", body.allSatisfy(\.isNumber) {
      guard let value = Int(sign + body, radix: 8) else { return nil }
      self = .int(value)
    } else if let value = Int(sign + body) {
      self = .int(value)
    } else {
      guard body.allSatisfy({ $0.isNumber || ".e+-".contains($0) }),
        let value = Double(sign + body), value.isFinite
      else { return nil }
      self = .number(value)
    }
  }
}
