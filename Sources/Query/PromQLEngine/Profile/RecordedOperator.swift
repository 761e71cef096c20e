import PromQLSyntax
import StorageAPI

/// An operator between a part of the plan and its reader that measures what passes through.
final class RecordedOperator: InstantOperator {
  private let source: any InstantOperator
  private let part: QueryRecorder.Part
  private let recorder: QueryRecorder
  /// Counts what the operator reads, if it is a selector.
  private let reads: QueryContext?
  private let counts: Bool

  init(
    _ source: any InstantOperator, _ part: QueryRecorder.Part, _ recorder: QueryRecorder,
    reading context: QueryContext? = nil, counts: Bool = true
  ) {
    self.counts = counts
    self.source = source
    self.part = part
    self.recorder = recorder
    reads = context
  }

  var heads: SeriesHeads { source.heads }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    let before = reads?.samplesRead ?? 0
    let isRow = try recorder.pull(part) { () throws(QueryError) in try source.next(into: &row) }
    guard isRow, let reads else { return isRow }
    part.node.samplesRead += reads.samplesRead - before
    guard counts else { return true }
    for step in row.indices where row[step].isPresent { part.count.note(1, read: 1, at: step) }
    return true
  }
}

/// The same for windows.
final class RecordedWindows: WindowSource {
  private let source: any WindowSource
  private let part: QueryRecorder.Part
  private let recorder: QueryRecorder
  private let isSubquery: Bool
  private let context: QueryContext

  init(
    _ source: any WindowSource, _ part: QueryRecorder.Part, _ recorder: QueryRecorder,
    isSubquery: Bool, _ context: QueryContext
  ) {
    self.isSubquery = isSubquery
    self.source = source
    self.part = part
    self.recorder = recorder
    self.context = context
  }

  var heads: SeriesHeads { source.heads }
  var grid: WindowGrid { source.grid }
  var edges: RangeEdges { source.edges }

  func next(into columns: inout SampleColumns) throws(QueryError) -> Bool {
    let before = context.samplesRead
    let isSeries = try recorder.pull(part) { () throws(QueryError) in
      try source.next(into: &columns)
    }
    guard isSeries else { return false }
    if !isSubquery { part.node.samplesRead += context.samplesRead - before }
    if !(isSubquery && part.isOutermost) { countWindows(over: columns.timestamps) }
    return true
  }

  /// Counts the samples of every window, and those that the previous window did not have. What a
  /// subquery reads is counted by the parts below it.
  private func countWindows(over timestamps: [Int64]) {
    var (low, high) = (0, 0)
    for step in 0..<grid.grid.count {
      let window = grid.window(step)
      let end = window.end + grid.after
      while high < timestamps.count, timestamps[high] <= end { high += 1 }
      while low < high, timestamps[low] <= window.start - grid.before { low += 1 }
      guard high > low else { continue }
      var new = 0
      if !isSubquery, step == 0 || !grid.isPinned {
        var known = step == 0 ? low : high
        while known > low, timestamps[known - 1] > end - grid.grid.step { known -= 1 }
        new = high - known
      }
      part.count.note(high - low, read: new, at: step)
    }
  }
}
