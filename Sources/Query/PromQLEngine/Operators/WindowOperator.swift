import StorageAPI

/// Applies a kernel to the windows over each series.
final class WindowOperator: InstantOperator {
  let heads: SeriesHeads
  private let source: any WindowSource
  private var kernel: any WindowKernel
  private let context: QueryContext
  private var columns = SampleColumns()
  private var position = -1
  /// Examines the samples of counters for annotations; `nil` if there can be none.
  var notes: CounterNotes?

  init(
    _ source: any WindowSource, retainsName: Bool, kernel: any WindowKernel, _ context: QueryContext
  ) {
    self.source = source
    self.context = context
    self.kernel = kernel
    heads = retainsName ? source.heads : source.heads.droppingNames
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    guard try source.next(into: &columns) else { return false }
    position += 1
    // Moved out for the loop, so that no exclusivity check or retain is needed in it.
    var columns = SampleColumns()
    swap(&columns, &self.columns)
    defer { swap(&columns, &self.columns) }
    try kernel.fill(&row, columns, source.grid, context)
    notes?.look(at: heads[position], row, columns, source)
    return true
  }
}
