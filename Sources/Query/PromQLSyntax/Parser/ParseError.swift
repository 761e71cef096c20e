/// Why a text is not an expression: what was found, what was expected, and where.
package struct ParseError: Error, Hashable, Sendable {
  /// What is wrong, as Prometheus would say it.
  package var message: String
  /// The offending part of the text; nil if there is no text.
  package var range: SourceRange?

  package init(_ message: String, at range: SourceRange?) {
    self.message = message
    self.range = range
  }
}

extension ParseError: CustomStringConvertible {
  /// `line:column: parse error: message`.
  package var description: String {
    "\(range?.start.description ?? "unknown position"): parse error: \(message)"
  }
}
