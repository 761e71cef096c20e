import MetricModel
package import PromQLEngine
import PromQLSyntax
import Synchronization

extension RuleQueryResult {
  /// Evaluates rules with an engine; an expression is read once and then remembered.
  package static func query(with engine: QueryEngine) -> RuleQuery {
    let expressions = ExpressionCache()
    return { text, instant in
      let expression = try expressions.expression(text)
      do {
        return RuleQueryResult(try await engine.instant(expression, at: instant).value)
      } catch QueryError.cancelled where Task.isCancelled {
        throw CancellationError()
      }
    }
  }

  private init(_ value: QueryValue) {
    switch value {
    case .scalar(let number, _): self = .scalar(number)
    case .string, .matrix: self = .unusable
    case .vector(let elements, _):
      // A histogram has no number; its alert's value is 0 (A12).
      self = .vector(
        elements.map { RuleSample(labels: $0.labels, value: $0.value.float ?? 0) })
    }
  }
}

/// Expressions that were read, by their text.
private final class ExpressionCache: Sendable {
  /// More than any set of rule files has; templates may make up queries without end.
  private static let limit = 20_000

  private let known = Mutex<[ExactText: Expression]>([:])

  func expression(_ text: String) throws(ParseError) -> Expression {
    if let expression = known.withLock({ $0[ExactText(text)] }) { return expression }
    let expression = try QueryEngine.parse(text)
    known.withLock { known in
      if known.count >= Self.limit { known = [:] }
      known[ExactText(text)] = expression
    }
    return expression
  }
}
