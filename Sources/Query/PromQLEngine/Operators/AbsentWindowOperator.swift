import StorageAPI

/// `absent_over_time`: 1 at every step whose window is empty in all series.
final class AbsentWindowOperator: InstantOperator {
  let heads: SeriesHeads
  private let source: any WindowSource
  private var isDone = false

  init(_ source: any WindowSource, head: SeriesHead) {
    self.source = source
    heads = [head]
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    guard !isDone else { return false }
    isDone = true
    for step in row.indices { row[step] = 1 }
    var columns = SampleColumns()
    while try source.next(into: &columns) {
      var low = 0
      for step in row.indices {
        let window = source.grid.window(step)
        while low < columns.count, columns.timestamps[low] <= window.start { low += 1 }
        if low < columns.count, columns.timestamps[low] <= window.end { row[step] = absentValue }
      }
    }
    return true
  }
}
