import MetricModel

/// Yields rows that are known already.
final class RowsOperator: InstantOperator {
  let heads: SeriesHeads
  private let rows: [[Double]]
  private var position = 0

  init(heads: some Sequence<SeriesHead>, rows: [[Double]]) {
    self.heads = SeriesHeads(Array(heads))
    self.rows = rows
  }

  /// `vector(s)`: one series without labels.
  convenience init(scalar row: [Double]) {
    self.init(heads: [SeriesHead(labels: .empty)], rows: [row])
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    guard position < rows.count else { return false }
    row = rows[position]
    position += 1
    return true
  }
}
