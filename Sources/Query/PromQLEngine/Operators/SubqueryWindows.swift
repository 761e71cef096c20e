import PromQLSyntax
import StorageAPI

/// The windows of a subquery: an expression evaluated on a grid of its own.
final class SubqueryWindows: WindowSource {
  let heads: SeriesHeads
  let grid: WindowGrid
  let edges = RangeEdges.plain
  private let source: (any InstantOperator)?
  private let inner: StepGrid
  private let context: QueryContext
  private var row: [Double]

  init(
    _ source: (any InstantOperator)?, _ inner: StepGrid, _ grid: WindowGrid,
    _ context: QueryContext
  ) {
    self.source = source
    self.inner = inner
    self.grid = grid
    self.context = context
    heads = source?.heads ?? []
    row = [Double](repeating: absentValue, count: inner.count)
  }

  func next(into columns: inout SampleColumns) throws(QueryError) -> Bool {
    try context.checkpoint(work: 512 + inner.count)
    guard let source, try source.next(into: &row) else { return false }
    columns.removeAll()
    for step in row.indices where row[step].isPresent {
      columns.timestamps.append(inner.time(step))
      columns.values.append(row[step])
    }
    try context.hold(columns.count)
    context.release(columns.count)
    return true
  }
}
