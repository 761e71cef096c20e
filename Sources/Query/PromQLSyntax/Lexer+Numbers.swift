import MetricModel

extension Lexer {
  /// Reads a number or a duration: decimal, `0x`, `0b`, `0o`, single underscores between digits,
  /// exponents; `1h30m`.
  mutating func scanNumber() throws(ParseError) -> Token.Kind {
    let start = position
    if peek() == UInt8(ascii: "0"), let mark = peek(1), "xXbBoO".utf8.contains(mark) {
      return .number(try scanPrefixed(mark | 0x20, from: start))
    }
    skipDigits()
    if let unit = peek(), Self.beginsUnit(unit) { return try scanDuration(from: start) }
    if peek() == UInt8(ascii: ".") {
      advance()
      skipDigits()
    }
    scanExponent()
    try requireEnd(from: start)
    let digits = text(from: start)
    // The usual case, a whole number, needs none of what follows.
    if digits.utf8.allSatisfy(Self.isDigit), digits.utf8.first != UInt8(ascii: "0"),
      let value = Double(digits)
    {
      return .number(value)
    }
    let plain = digits.filter { $0 != "_" }
    guard Self.hasSoundUnderscores(digits), let value = Double(Self.completed(plain))
    else { throw badNumber(from: start) }
    return .number(Self.octal(plain) ?? value)
  }

  /// Swift wants a digit on both sides of the point; PromQL does not.
  private static func completed(_ text: String) -> String {
    var text = text
    if text.hasPrefix(".") { text = "0" + text }
    if let point = text.firstIndex(of: ".") {
      let next = text.index(after: point)
      if next == text.endIndex || !text[next].isNumber { text.insert("0", at: next) }
    }
    return text
  }

  /// A leading zero makes a whole number octal, if all its digits are.
  private static func octal(_ text: String) -> Double? {
    guard text.utf8.count > 1, text.utf8.first == UInt8(ascii: "0") else { return nil }
    return Int64(text, radix: 8).map(Double.init)
  }

  private mutating func scanPrefixed(
    _ mark: UInt8, from start: SourcePosition
  ) throws(ParseError) -> Double {
    advance()
    advance()
    let radix = mark == UInt8(ascii: "x") ? 16 : mark == UInt8(ascii: "b") ? 2 : 8
    let first = position
    while let byte = peek(), Self.isLetter(byte) || Self.isDigit(byte) { advance() }
    let digits = text(from: first)
    guard Self.hasSoundUnderscores(digits),
      let value = UInt64(digits.filter { $0 != "_" }, radix: radix)
    else { throw badNumber(from: start) }
    return Double(value)
  }

  /// Whether no underscore stands at the end or before another one.
  private static func hasSoundUnderscores(_ text: String) -> Bool {
    var isAfterUnderscore = false
    for byte in text.utf8 {
      let isUnderscore = byte == UInt8(ascii: "_")
      if isUnderscore, isAfterUnderscore { return false }
      isAfterUnderscore = isUnderscore
    }
    return !isAfterUnderscore
  }

  private mutating func skipDigits() {
    while let byte = peek(), Self.isDigit(byte) || byte == UInt8(ascii: "_") { advance() }
  }

  private mutating func scanExponent() {
    guard let mark = peek(), mark | 0x20 == UInt8(ascii: "e") else { return }
    let hasSign = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-")
    guard let digit = peek(hasSign ? 2 : 1), Self.isDigit(digit) else { return }
    advance()
    if hasSign { advance() }
    skipDigits()
  }

  private mutating func scanDuration(from start: SourcePosition) throws(ParseError) -> Token.Kind {
    while let byte = peek(), Self.isDigit(byte) || Self.beginsUnit(byte) { advance() }
    try requireEnd(from: start)
    let written = text(from: start)
    guard let duration = PrometheusDuration(written) else {
      throw failure("not a valid duration string: \"\(written)\"", from: start)
    }
    return .duration(duration.seconds)
  }

  private mutating func requireEnd(from start: SourcePosition) throws(ParseError) {
    guard let byte = peek(), Self.isLetter(byte) || byte == UInt8(ascii: ".") else { return }
    advance()
    throw badNumber(from: start)
  }

  private func badNumber(from start: SourcePosition) -> ParseError {
    failure("bad number or duration syntax: \"\(text(from: start))\"", from: start)
  }

  private static func beginsUnit(_ byte: UInt8) -> Bool { "ywdhms".utf8.contains(byte) }
}
