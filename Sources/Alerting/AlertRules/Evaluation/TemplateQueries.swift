package import MetricModel
package import PromQLEngine
import PromQLSyntax
import Synchronization

/// Evaluates the expressions of the template function `query`, which are known only when a template
/// is expanded.
///
/// Parsed expressions are cached by their text.
package final class TemplateQueries: Sendable {
  /// The capacity of the cache; a full cache is emptied.
  private static let limit = 20_000

  private let engine: QueryEngine
  private let known = Mutex<[ExactText: Expression]>([:])

  package init(engine: QueryEngine) { self.engine = engine }

  /// The elements that an expression gives at an instant; the value of a histogram is 0.
  ///
  /// - Throws: `ParseError`, `QueryError`, or an error that says that templates cannot walk over a
  ///   string or a matrix.
  package func elements(
    of text: String, at instant: Timestamp
  ) async throws -> [(Labels, Double)] {
    let expression = try expression(text)
    let result = try await engine.instant(expression, at: instant)
    guard let elements = result.value.elements else { throw UnusableResult() }
    return elements.map { ($0.labels, $0.value.float ?? 0) }
  }

  private func expression(_ text: String) throws(ParseError) -> Expression {
    if let expression = known.withLock({ $0[ExactText(text)] }) { return expression }
    let expression = try QueryEngine.parse(text)
    known.withLock { known in
      if known.count >= Self.limit { known = [:] }
      known[ExactText(text)] = expression
    }
    return expression
  }
}

/// The query of a template gives a string or a range.
private struct UnusableResult: Error, CustomStringConvertible {
  var description: String { "the result is not a vector or scalar" }
}
