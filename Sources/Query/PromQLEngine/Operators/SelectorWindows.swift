import PromQLSyntax
import StorageAPI

/// The windows of a range selector, read from storage.
final class SelectorWindows: WindowSource {
  let heads: SeriesHeads
  let grid: WindowGrid
  let edges: RangeEdges
  private let series: any SelectedSeries
  private let context: QueryContext
  private var position = 0

  init(
    _ series: any SelectedSeries, _ grid: WindowGrid, edges: RangeEdges,
    _ context: QueryContext
  ) {
    self.series = series
    self.grid = grid
    self.edges = edges
    self.context = context
    heads = SeriesHeads(series.seriesSet)
  }

  func next(into columns: inout SampleColumns) throws(QueryError) -> Bool {
    guard position < heads.count else { return false }
    try context.checkpoint()
    columns.removeAll()
    try series.load(
      position, from: grid.first.start - grid.before + 1, through: grid.last.end + grid.after,
      into: &columns)
    if !columns.histogramPlaces.isEmpty {
      throw QueryError.nativeHistogram(series.labels[position])
    }
    position += 1
    columns.removeStaleMarkers()
    try context.noteRead(columns.count)
    return true
  }
}

extension SampleColumns {
  /// Removes stale markers, which are never part of a range vector.
  mutating func removeStaleMarkers() {
    guard let first = values.firstIndex(where: { !$0.isPresent }) else { return }
    let hasStarts = !startTimestamps.isEmpty
    var retained = first
    for index in first..<values.count where values[index].isPresent {
      values[retained] = values[index]
      timestamps[retained] = timestamps[index]
      if hasStarts { startTimestamps[retained] = startTimestamps[index] }
      retained += 1
    }
    if hasStarts { startTimestamps.removeSubrange(retained...) }
    values.removeSubrange(retained...)
    timestamps.removeSubrange(retained...)
  }
}
