/// A notification configuration that cannot be used: what is wrong, where, and what would be right.
package struct RoutingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The line in the file, from 1; 0 if unknown.
  package let line: Int
  /// What is wrong, and how to fix it.
  package let reason: String

  /// The line and the reason.
  package var description: String { line > 0 ? "line \(line): \(reason)" : reason }
}
