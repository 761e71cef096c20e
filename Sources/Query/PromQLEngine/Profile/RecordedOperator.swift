import PromQLSyntax
import StorageAPI

/// An operator between a part of the plan and its reader that measures what goes through.
final class RecordedOperator: InstantOperator {
  private let source: any InstantOperator
  private let part: QueryRecorder.Part
  private let recorder: QueryRecorder
  /// Counts what the operator reads, if it is a selector.
  private let reads: QueryContext?

  init(
    _ source: any InstantOperator, _ part: QueryRecorder.Part, _ recorder: QueryRecorder,
    reading context: QueryContext? = nil
  ) {
    self.source = source
    self.part = part
    self.recorder = recorder
    reads = context
  }

  var heads: [SeriesHead] { source.heads }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    let before = reads?.samplesRead ?? 0
    let isRow = try recorder.pull(part) { () throws(QueryError) in try source.next(into: &row) }
    guard isRow, let reads else { return isRow }
    part.node.samplesRead += reads.samplesRead - before
    for step in row.indices where row[step].isPresent { recorder.note(1, at: step, of: part) }
    return true
  }
}

/// The same for windows.
final class RecordedWindows: WindowSource {
  private let source: any WindowSource
  private let part: QueryRecorder.Part
  private let recorder: QueryRecorder
  private let context: QueryContext

  init(
    _ source: any WindowSource, _ part: QueryRecorder.Part, _ recorder: QueryRecorder,
    _ context: QueryContext
  ) {
    self.source = source
    self.part = part
    self.recorder = recorder
    self.context = context
  }

  var heads: [SeriesHead] { source.heads }
  var grid: WindowGrid { source.grid }
  var edges: RangeEdges { source.edges }

  func next(into columns: inout SampleColumns) throws(QueryError) -> Bool {
    let before = context.samplesRead
    let isSeries = try recorder.pull(part) { () throws(QueryError) in
      try source.next(into: &columns)
    }
    guard isSeries else { return false }
    if !part.isSubquery { part.node.samplesRead += context.samplesRead - before }
    var (low, high) = (0, 0)
    for step in 0..<grid.grid.count {
      let window = grid.window(step)
      while high < columns.count, columns.timestamps[high] <= window.end { high += 1 }
      while low < high, columns.timestamps[low] <= window.start { low += 1 }
      if high > low { recorder.note(high - low, at: step, of: part) }
    }
    return true
  }
}
