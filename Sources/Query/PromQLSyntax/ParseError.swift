/// Why a text is no expression: what was found, what was expected, and where.
package struct ParseError: Error, Hashable, Sendable {
  /// What is wrong, as Prometheus would say it.
  package var message: String
  /// The offending part of the text.
  package var range: SourceRange

  package init(_ message: String, at range: SourceRange) {
    self.message = message
    self.range = range
  }

  /// An error about a token that may not stand where it stands.
  static func unexpected(
    _ token: Token, in context: String, expected: String? = nil
  ) -> ParseError {
    let tail = expected.map { ", expected \($0)" } ?? ""
    return ParseError("unexpected \(token.summary) in \(context)\(tail)", at: token.range)
  }
}

extension ParseError: CustomStringConvertible {
  /// `line:column: parse error: message`.
  package var description: String { "\(range.start): parse error: \(message)" }
}
