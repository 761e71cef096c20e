package import MetricModel
package import PromQLEngine
package import PromQLSyntax

/// Evaluates the expression of a rule at an instant.
package typealias RuleQuery =
  @Sendable (_ expression: Expression, _ instant: Timestamp) async throws(QueryError) -> QueryValue

extension QueryEngine {
  /// Evaluates rules with this engine.
  package var ruleQuery: RuleQuery {
    { expression, instant throws(QueryError) in
      try await self.instant(expression, at: instant).value
    }
  }
}
