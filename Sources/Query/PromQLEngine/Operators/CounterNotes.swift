import MetricModel
import PromQLSyntax
import StorageAPI

/// The annotations of `rate` and `increase` about metrics that do not look like counters.
struct CounterNotes {
  private let context: QueryContext
  private let range: SourceRange
  /// Whether all series have the name of a counter.
  private let areNamesKnown: Bool

  /// Annotations about the argument at a range; `nil` for other functions.
  init?(_ function: String, of argument: Expression, _ context: QueryContext) {
    guard function == "rate" || function == "increase" else { return nil }
    self.context = context
    range = argument.range
    if case .matrix(let node) = argument.unwrapped, let name = node.selector.name {
      areNamesKnown = FunctionTable.isCounterName(name)
    } else {
      areNamesKnown = false
    }
  }

  /// Examines one series: its values at all steps and the samples they were computed from.
  func look(
    at head: @autoclosure () -> SeriesHead, _ row: [Double], _ columns: SampleColumns,
    _ source: any WindowSource
  ) {
    if !columns.startTimestamps.isEmpty, source.edges == .plain {
      warnOfOverlaps(in: columns, source.grid, head())
    }
    guard !areNamesKnown, let name = head().labels.metricName, !FunctionTable.isCounterName(name),
      row.contains(where: \.isPresent)
    else { return }
    context.inform(
      "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "
        + Expression.quoted(name), at: range)
  }

  /// Warns if the start timestamp of a sample lies before the previous sample, although that one
  /// has a different start; counts the windows affected.
  private func warnOfOverlaps(in columns: SampleColumns, _ grid: WindowGrid, _ head: SeriesHead) {
    let overlaps = columns.overlappingStarts
    guard !overlaps.isEmpty else { return }
    let count = (0..<grid.grid.count).count { step in
      let window = grid.window(step)
      return overlaps.contains {
        columns.timestamps[$0 - 1] > window.start && columns.timestamps[$0] <= window.end
      }
    }
    guard count > 0 else { return }
    context.warn(
      "sample has start time that overlaps with previous sample timestamp for metric "
        + Expression.quoted(head.labels.metricName ?? ""), occurrences: count, at: range)
  }
}
