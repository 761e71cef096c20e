import MetricModel

extension Lexer {
  /// Whether a number begins with this byte at the position.
  func beginsNumber(_ byte: UInt8) -> Bool {
    Self.isDigit(byte)
      || byte == UInt8(ascii: ".") && peek(1).map(Self.isDigit) ?? false
  }

  /// Scans a number or a duration: `0x1F`, `1_000`, `1e3`, `1h30m`.
  ///
  /// A malformed one is a token, too; the error is reported only where its value is needed.
  mutating func scanNumberOrDuration() -> Bool {
    let start = position
    if scanNumber() {
      let digits = text(from: start)
      if Self.isPlain(digits), let value = Double(digits) {
        return emit(.number(value), from: start)
      }
      switch NumberText.value(digits) {
      case .success(let value): return emit(.number(value), from: start)
      case .failure(let problem):
        return emit(.malformed(isDuration: false, problem.message), from: start)
      }
    }
    guard scanUnits() else {
      return fail(
        "bad number or duration syntax: \(Keywords.quoted(text(from: start)))", from: start)
    }
    let written = text(from: start)
    switch NumberText.seconds(written) {
    case .success(let seconds): return emit(.duration(seconds), from: start)
    case .failure(let problem):
      return emit(.malformed(isDuration: true, problem.message), from: start)
    }
  }

  /// Whether a number is a plain one, 10 or 0.25, which needs no further checks.
  private static func isPlain(_ digits: String) -> Bool {
    guard digits.utf8.count < 16, let first = digits.utf8.first, isDigit(first),
      let last = digits.utf8.last, isDigit(last)
    else { return false }
    var hasDot = false
    for byte in digits.utf8 {
      if isDot(byte) { hasDot = true } else if !isDigit(byte) { return false }
    }
    // A leading zero makes an integer octal.
    return hasDot || first != UInt8(ascii: "0") || digits.utf8.count == 1
  }

  /// Skips a number; returns `false` if it is malformed, with the position after the error.
  private mutating func scanNumber() -> Bool {
    var isDigit = Self.isDigit
    var isHexadecimal = false
    if accept({ $0 == UInt8(ascii: "0") }), accept({ $0 | 0x20 == UInt8(ascii: "x") }) {
      _ = accept(Self.isUnderscore)
      isDigit = Self.isHexadecimalDigit
      isHexadecimal = true
    }
    _ = accept(Self.isDot)
    _ = accept(isDigit)
    var hasDot = false
    var hasExponent = false
    while let byte = peek() {
      let isMark = Self.isDot(byte) || Self.isExponent(byte) || Self.isUnderscore(byte)
      guard isDigit(byte) || isMark else { break }
      if Self.isDot(byte) {
        advance()
        guard !hasDot else { return false }
        hasDot = true
        if accept({ Self.isDot($0) || Self.isUnderscore($0) }) || isHexadecimal { return false }
      } else if Self.isExponent(byte) {
        advance()
        guard !hasExponent else { return false }
        hasExponent = true
        _ = accept { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
        if accept(Self.isMark) || peek() == nil { return false }
      } else if Self.isUnderscore(byte) {
        advance()
        if accept(Self.isMark) || peek() == nil { return false }
      } else {
        while accept(isDigit) {}
      }
    }
    guard let next = peek() else { return true }
    return !Self.isLetter(next) && !Self.isDigit(next)
  }

  /// Skips the units of a duration whose first number has been read.
  private mutating func scanUnits() -> Bool {
    guard accept({ "smhdwy".utf8.contains($0) }) else { return false }
    _ = accept { $0 == UInt8(ascii: "s") }
    while accept(Self.isDigit) {
      while accept(Self.isDigit) {}
      guard accept({ "smhdw".utf8.contains($0) }) else { return false }
      _ = accept { $0 == UInt8(ascii: "s") }
    }
    guard let next = peek(), Self.isLetter(next) || Self.isDigit(next) else { return true }
    advance()
    return false
  }

  private static func isDot(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ".") }
  private static func isUnderscore(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "_") }
  private static func isExponent(_ byte: UInt8) -> Bool { byte | 0x20 == UInt8(ascii: "e") }
  private static func isMark(_ byte: UInt8) -> Bool {
    isDot(byte) || isUnderscore(byte) || isExponent(byte)
  }
  private static func isHexadecimalDigit(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
  }
}
