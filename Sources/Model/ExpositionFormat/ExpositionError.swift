/// A malformed line of an exposition; it invalidates the whole scrape.
public struct ExpositionError: Error, Sendable, Equatable {
  /// The line number, from 1.
  public let line: Int
  /// A description of what the parser expected.
  public let expected: String
  /// The text that was found instead, shortened and printable.
  public let found: String

  /// Creates an error.
  public init(line: Int, expected: String, found: String) {
    self.line = line
    self.expected = expected
    self.found = found
  }

  /// The largest number of bytes of the input that a message quotes.
  public static let quotedBytes = 40
}

extension ExpositionError: CustomStringConvertible {
  public var description: String { "line \(line): expected \(expected), found \(found)" }
}

extension ExpositionParser {
  /// Creates an error about the current position.
  func failure(expected: String) -> ExpositionError {
    ExpositionError(line: max(line, 1), expected: expected, found: found(at: position))
  }

  private func found(at start: Int) -> String {
    guard start < bytes.count else { return "the end of the text" }
    guard bytes[start] != .newline else { return "the end of the line" }
    var quoted: [UInt8] = []
    var index = start
    while index < bytes.count, bytes[index] != .newline, quoted.count < ExpositionError.quotedBytes
    {
      let byte = bytes[index]
      if byte < 0x20 || byte == 0x7f {
        quoted.append(contentsOf: "\\x".utf8)
        quoted.append(contentsOf: (byte < 16 ? "0" : "").utf8)
        quoted.append(contentsOf: String(byte, radix: 16).utf8)
      } else {
        quoted.append(byte)
      }
      index += 1
    }
    let isCut = index < bytes.count && bytes[index] != .newline
    return "\"" + String(decoding: quoted, as: UTF8.self) + (isCut ? "..." : "") + "\""
  }
}
