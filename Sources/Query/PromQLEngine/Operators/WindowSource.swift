import PromQLSyntax
import StorageAPI

/// The windows of a range vector, one for each step of a grid: open at the start, closed at the end (rule 13).
struct WindowGrid {
  /// One window.
  struct Window {
    /// The open start, in milliseconds.
    var start: Int64
    /// The closed end.
    var end: Int64
    /// The instant for which the window is looked at; not its end if there is an offset or an `@`.
    var evaluation: Int64
  }

  /// The steps.
  let grid: StepGrid
  /// The length of every window, in milliseconds.
  let length: Int64
  /// How far before its start a window reaches for samples of `anchored` and `smoothed`.
  var before: Int64 = 0
  /// How far beyond its end a window reaches for samples of `smoothed`.
  var after: Int64 = 0
  private let offset: Int64
  private let pinned: Int64?

  init(_ grid: StepGrid, length: Int64, offset: Int64, pinned: Int64?) {
    self.grid = grid
    self.length = length
    self.offset = offset
    self.pinned = pinned
  }

  /// The window of a step.
  func window(_ step: Int) -> Window {
    let evaluation = grid.time(step)
    let end = (pinned ?? evaluation) - offset
    return Window(start: end - length, end: end, evaluation: evaluation)
  }

  /// The earliest window.
  var first: Window { window(0) }
  /// The latest window.
  var last: Window { window(max(grid.count - 1, 0)) }
}

/// A step of a plan that yields a range vector: all samples that any of its windows may want, one series at a time.
protocol WindowSource: AnyObject {
  /// Who the columns belong to, in the order in which they come.
  var heads: [SeriesHead] { get }
  /// The windows over the columns.
  var grid: WindowGrid { get }

  /// Puts the next series' samples, without stale markers, in place of the columns' content; false when there are no more.
  func next(into columns: inout SampleColumns) throws(QueryError) -> Bool
}

/// The windows of a range selector, read from storage.
final class SelectorWindows: WindowSource {
  let heads: [SeriesHead]
  let grid: WindowGrid
  /// How the windows' edges are treated.
  let edges: RangeEdges
  private let series: [any SelectedSeries]
  private let context: QueryContext
  private var position = 0

  init(
    _ series: [any SelectedSeries], _ grid: WindowGrid, edges: RangeEdges,
    _ context: QueryContext
  ) {
    self.series = series
    self.grid = grid
    self.edges = edges
    self.context = context
    heads = series.map { SeriesHead(labels: $0.labels) }
  }

  func next(into columns: inout SampleColumns) throws(QueryError) -> Bool {
    guard position < series.count else { return false }
    try context.checkpoint()
    columns.removeAll()
    try series[position].load(
      from: grid.first.start - grid.before + 1, through: grid.last.end + grid.after,
      into: &columns)
    position += 1
    columns.removeStaleMarkers()
    try context.hold(columns.count)
    context.release(columns.count)
    return true
  }
}

/// The windows of a subquery: an expression evaluated on a grid of its own.
final class SubqueryWindows: WindowSource {
  let heads: [SeriesHead]
  let grid: WindowGrid
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
    try context.checkpoint()
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

extension SampleColumns {
  /// Leaves stale markers out, as range selectors do (rule 14).
  mutating func removeStaleMarkers() {
    guard let first = values.firstIndex(where: { !$0.isPresent }) else { return }
    var kept = first
    for index in first..<values.count where values[index].isPresent {
      values[kept] = values[index]
      timestamps[kept] = timestamps[index]
      kept += 1
    }
    values.removeSubrange(kept...)
    timestamps.removeSubrange(kept...)
  }
}
