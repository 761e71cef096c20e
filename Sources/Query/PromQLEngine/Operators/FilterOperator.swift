/// Keeps or drops values by a condition, and leaves names alone: a comparison with a scalar.
final class FilterOperator: InstantOperator {
  let heads: SeriesHeads
  private let source: any InstantOperator
  private let keeps: (Double, Int) -> Bool

  init(_ source: any InstantOperator, _ keeps: @escaping (Double, Int) -> Bool) {
    self.source = source
    self.keeps = keeps
    heads = source.heads
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    guard try source.next(into: &row) else { return false }
    for step in row.indices where row[step].isPresent && !keeps(row[step], step) {
      row[step] = absentValue
    }
    return true
  }
}
