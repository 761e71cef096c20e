/// Repeats the one value of each series for all steps.
final class BroadcastOperator: InstantOperator {
  private let source: any InstantOperator
  private var single = [absentValue]

  init(_ source: any InstantOperator) { self.source = source }

  var heads: SeriesHeads { source.heads }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    guard try source.next(into: &single) else { return false }
    for step in row.indices { row[step] = single[0] }
    return true
  }
}
