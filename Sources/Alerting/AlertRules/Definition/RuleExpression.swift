import MetricModel
import PromQLEngine
package import PromQLSyntax

/// The PromQL expression of a rule: its text, the tree parsed from it, and its place in the file.
///
/// It is parsed once, when the file is read. Two expressions are equal if their texts are.
package struct RuleExpression: Sendable, Hashable, CustomStringConvertible {
  /// The expression as the file states it.
  package let text: String
  /// The parsed and checked expression.
  package let tree: Expression
  /// The line of the file in which the text begins, from 1; 0 if unknown.
  package let line: Int
  /// The column in which the text begins, from 1; 0 if unknown.
  package let column: Int

  /// Parses and checks an expression.
  ///
  /// - Throws: `ParseError`, whose range counts from the beginning of `text`.
  package init(_ text: String, line: Int = 0, column: Int = 0) throws(ParseError) {
    tree = try QueryEngine.parse(text)
    self.text = text
    self.line = line
    self.column = column
  }

  package static func == (left: RuleExpression, right: RuleExpression) -> Bool {
    left.text.isExactly(right.text)
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(text) }

  package var description: String { text }
}
