import AlertRules
import MetricModel

extension RuleQueryResult {
  /// The result as templates walk over it (T9).
  var elements: [(Labels, Double)] {
    get throws {
      switch self {
      case .vector(let samples): samples.map { ($0.labels, $0.value) }
      case .scalar(let value): [(.empty, value)]
      case .unusable: throw UnusableResult()
      }
    }
  }
}

/// A query of a template that gives something that templates cannot walk over.
private struct UnusableResult: Error, CustomStringConvertible {
  var description: String { "the result is not a vector or scalar" }
}
