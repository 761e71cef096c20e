/// Why the evaluation of a rule failed. The texts are those that users know from Prometheus, as far as tools look at them.
package enum RuleError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The query failed.
  case query(String)
  /// The expression gives a string or a matrix (G12).
  case resultType
  /// Two alerts would be the same (A3).
  case duplicateAlerts
  /// Two recorded series would be the same (G13).
  case duplicateSeries
  /// More series than the group allows (G9).
  case tooManySeries(limit: Int, count: Int)
  /// More alerts than the group allows (G9).
  case tooManyAlerts(limit: Int, count: Int)
  /// Some samples were not taken by the store (G11).
  case samplesRefused(tooOld: Int, duplicate: Int)
  /// The store failed.
  case storage(String)
  /// The process is ending, or the rule was removed: not a failure of the rule.
  case cancelled

  package var description: String {
    switch self {
    case .query(let reason), .storage(let reason): reason
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
