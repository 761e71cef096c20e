package import PromQLEngine

/// Why the evaluation of a rule failed. Where tools read the text, it is that of Prometheus.
package enum RuleError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The query failed.
  case query(QueryError)
  /// The expression gives a string or a matrix.
  case resultType
  /// Two alerts would have the same labels.
  case duplicateAlerts
  /// Two recorded series would have the same labels.
  case duplicateSeries
  /// More series than the `limit` of the group.
  case tooManySeries(limit: Int, count: Int)
  /// More alerts than the `limit` of the group.
  case tooManyAlerts(limit: Int, count: Int)
  /// The store refused some samples.
  case samplesRefused(tooOld: Int, duplicate: Int)
  /// The store failed.
  case storage(String)
  /// The process ends or the rule was removed, which is no failure of the rule.
  case cancelled

  package var description: String {
    switch self {
    case .query(let error): error.description
    case .storage(let reason): reason
    case .resultType: "rule result is not a vector or scalar"
    case .duplicateAlerts:
      "vector contains metrics with the same labelset after applying alert labels"
    case .duplicateSeries:
      "vector contains metrics with the same labelset after applying rule labels"
    case .tooManySeries(let limit, let count):
      "exceeded limit of \(limit) with \(count) series"
    case .tooManyAlerts(let limit, let count):
      "exceeded limit of \(limit) with \(count) alerts"
    case .samplesRefused(let tooOld, let duplicate):
      "the store refused \(tooOld) samples as too old and \(duplicate) as duplicates"
    case .cancelled: "cancelled"
    }
  }
}
