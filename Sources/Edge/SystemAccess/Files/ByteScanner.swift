/// Reads lines and fields of a text without copying it.
///
/// Lines end with a newline; fields are separated by blanks. The file's name is stored for error
/// messages only.
package struct ByteScanner: ~Escapable {
  private let bytes: Span<UInt8>
  private var position = 0
  private let file: String
  /// The number of the current line, from 1.
  package private(set) var lineNumber = 0

  /// Makes a scanner at the beginning of a text; `line` is the number of its first line minus one.
  @_lifetime(copy bytes)
  package init(_ bytes: Span<UInt8>, file: String, line: Int = 0) {
    self.bytes = bytes
    self.file = file
    lineNumber = line
  }

  /// Whether all bytes are read.
  package var isAtEnd: Bool { position == bytes.count }

  /// The next line without its newline, as a scanner of its own; nil at the end.
  @_lifetime(copy self)
  package mutating func nextLine() -> ByteScanner? {
    guard position < bytes.count else { return nil }
    let start = position
    while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
    let line = bytes.extracting(start..<position)
    if position < bytes.count { position += 1 }
    lineNumber += 1
    return ByteScanner(line, file: file, line: lineNumber)
  }

  /// The next field; nil at the end.
  @_lifetime(copy self)
  package mutating func nextField() -> Span<UInt8>? {
    skipBlanks()
    guard position < bytes.count else { return nil }
    let start = position
    while position < bytes.count, !bytes[position].isBlank { position += 1 }
    return bytes.extracting(start..<position)
  }

  /// The bytes before the next `separator`, which is skipped too. Returns nil and skips nothing if
  /// there is none.
  @_lifetime(copy self)
  package mutating func text(before separator: Unicode.Scalar) -> Span<UInt8>? {
    let byte = UInt8(ascii: separator)
    var end = position
    while end < bytes.count, bytes[end] != byte { end += 1 }
    guard end < bytes.count else { return nil }
    let start = position
    position = end + 1
    return bytes.extracting(start..<end)
  }

  /// The remaining bytes.
  package var rest: Span<UInt8> {
    @_lifetime(copy self)
    get { bytes.extracting(position..<bytes.count) }
  }

  /// Skips one field. Returns false at the end.
  @discardableResult
  package mutating func skipField() -> Bool {
    nextField() != nil
  }

  /// Reads the next field as an unsigned whole number.
  package mutating func unsigned(_ what: String) throws(FormatError) -> UInt64 {
    guard let field = nextField() else { throw error("\(what) is missing") }
    guard let value = field.unsigned else {
      throw error("\(what) should be a whole number, not \"\(field.excerpt)\"")
    }
    return value
  }

  /// Reads the next field as a decimal number.
  package mutating func decimal(_ what: String) throws(FormatError) -> Double {
    guard let field = nextField() else { throw error("\(what) is missing") }
    guard let value = field.decimal else {
      throw error("\(what) should be a number, not \"\(field.excerpt)\"")
    }
    return value
  }

  /// An error at the current line.
  package func error(_ reason: String) -> FormatError {
    FormatError(file: file, line: lineNumber, reason)
  }

  private mutating func skipBlanks() {
    while position < bytes.count, bytes[position].isBlank { position += 1 }
  }
}

extension UInt8 {
  /// Whether the byte is a space, a tab, a carriage return or a newline.
  @inline(__always)
  var isBlank: Bool {
    self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") || self == UInt8(ascii: "\n")
      || self == UInt8(ascii: "\r")
  }
}
