package import MetricModel

/// Evaluates a rule's expression at an instant; the shell around the rules connects it with the query engine.
package typealias RuleQuery =
  @Sendable (_ expression: String, _ instant: Timestamp) async throws -> RuleQueryResult

/// What an expression gave.
package enum RuleQueryResult: Sendable, Equatable {
  /// A value per label set.
  case vector([RuleSample])
  /// One number without labels.
  case scalar(Double)
  /// A string or a matrix, of which no rule can be made (G12).
  case unusable

  /// The result as samples.
  package func samples() throws(RuleError) -> [RuleSample] {
    switch self {
    case .vector(let samples): samples
    case .scalar(let value): [RuleSample(labels: .empty, value: value)]
    case .unusable: throw .resultType
    }
  }
}

/// One element of an instant vector.
package struct RuleSample: Sendable, Equatable {
  package let labels: Labels
  package let value: Double

  package init(labels: Labels, value: Double) {
    self.labels = labels
    self.value = value
  }
}
