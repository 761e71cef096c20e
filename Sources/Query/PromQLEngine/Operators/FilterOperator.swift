/// Filters values by a condition, without changing names: a comparison with a scalar.
final class FilterOperator: InstantOperator {
  let heads: SeriesHeads
  private let source: any InstantOperator
  private let retains: (Double, Int) -> Bool

  init(_ source: any InstantOperator, _ retains: @escaping (Double, Int) -> Bool) {
    self.source = source
    self.retains = retains
    heads = source.heads
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    guard try source.next(into: &row) else { return false }
    for step in row.indices where row[step].isPresent && !retains(row[step], step) {
      row[step] = absentValue
    }
    return true
  }
}
