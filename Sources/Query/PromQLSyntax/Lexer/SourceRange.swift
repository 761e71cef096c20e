/// A position in the text of an expression; lines and columns count from 1, columns in bytes as
/// Prometheus counts them.
package struct SourcePosition: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Bytes before the place.
  package var offset: Int
  /// The line, from 1.
  package var line: Int
  /// The column in bytes, from 1.
  package var column: Int

  package init(offset: Int, line: Int, column: Int) {
    self.offset = offset
    self.line = line
    self.column = column
  }

  /// The beginning of every text.
  package static let start = SourcePosition(offset: 0, line: 1, column: 1)

  package static func < (left: SourcePosition, right: SourcePosition) -> Bool {
    left.offset < right.offset
  }

  /// `line:column`, as in every message.
  package var description: String { "\(line):\(column)" }
}

/// The part of an expression's text that a node was read from.
package struct SourceRange: Hashable, Sendable {
  /// The place of the first byte.
  package var start: SourcePosition
  /// The place after the last byte.
  package var end: SourcePosition

  package init(start: SourcePosition, end: SourcePosition) {
    self.start = start
    self.end = end
  }

  /// The range of a node that was never read from a text.
  package static let none = SourceRange(start: .start, end: .start)

  /// From the beginning of this range to the end of another.
  package func extended(to other: SourceRange) -> SourceRange {
    SourceRange(start: start, end: other.end)
  }
}
