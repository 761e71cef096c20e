import MetricModel
import StorageAPI

/// The leaf of most plans: for every step the newest sample within the lookback, unless it is a
/// stale marker.
final class SelectorOperator: InstantOperator {
  /// What a row holds.
  enum Content {
    /// The samples' values.
    case values
    /// The samples' timestamps in seconds, for `timestamp()`.
    case timestamps
    /// The samples' start timestamps in seconds, for `start_timestamp()`.
    case startTimestamps
  }

  /// The instants and the lookback to read.
  struct Reading {
    /// The instants, with offset and `@` applied; only one if `@` pins them.
    var grid: StepGrid
    /// The number of steps of a row.
    var steps: Int
    /// The lookback in milliseconds.
    var lookback: Int64
    /// The lookahead in milliseconds to which `smoothed` interpolates; otherwise 0.
    var lookahead: Int64
    /// Whether a native histogram is an error; only their values are unsupported, not their
    /// timestamps.
    var refusesHistograms: Bool

    /// The lookback as text.
    var lookbackText: String { PrometheusDuration(rawValue: lookback).description }
  }

  let heads: SeriesHeads
  private let series: any SelectedSeries
  private let reading: Reading
  private let content: Content
  /// Whether only the newest sample is needed.
  private let wantsNewest: Bool
  private let context: QueryContext
  private var columns = SampleColumns()
  private var position = 0

  init(
    _ series: any SelectedSeries, _ reading: Reading, yielding content: Content,
    _ context: QueryContext
  ) {
    self.series = series
    self.reading = reading
    self.content = content
    self.context = context
    heads = SeriesHeads(series.seriesSet, dropsNames: content != .values)
    wantsNewest = reading.grid.count == 1 && reading.lookahead == 0 && content != .startTimestamps
  }

  func next(into row: inout [Double]) throws(QueryError) -> Bool {
    guard position < heads.count else { return false }
    try context.checkpoint(work: 512 + reading.steps)
    let start = reading.grid.start - reading.lookback + 1
    let end = reading.grid.end + reading.lookahead
    if wantsNewest, let newest = try series.loadNewest(position, from: start, through: end) {
      position += 1
      try context.noteRead(1)
      let value = content == .values ? newest.value : Double(newest.timestamp) / 1000
      for step in row.indices { row[step] = newest.value.isPresent ? value : absentValue }
      return true
    }
    columns.removeAll()
    try series.load(position, from: start, through: end, into: &columns)
    position += 1
    try context.noteRead(columns.count)
    if content == .values, reading.lookahead == 0, columns.histogramPlaces.isEmpty {
      Self.fill(&row, columns.timestamps.span, columns.values.span, reading)
    } else {
      try fill(&row)
    }
    // A pinned instant has one value for all steps.
    for step in reading.grid.count..<max(reading.steps, reading.grid.count) { row[step] = row[0] }
    return true
  }

  /// The usual case: plain values of numbers.
  private static func fill(
    _ row: inout [Double], _ timestamps: Span<Int64>, _ values: Span<Double>, _ reading: Reading
  ) {
    var after = 0
    for step in 0..<reading.grid.count {
      let time = reading.grid.time(step)
      while after < timestamps.count, timestamps[after] <= time { after += 1 }
      let isNear = after > 0 && timestamps[after - 1] > time - reading.lookback
      row[step] = isNear ? values[after - 1] : absentValue
    }
  }

  private func fill(_ row: inout [Double]) throws(QueryError) {
    var after = 0
    let mayMeetHistograms = reading.refusesHistograms && !columns.histogramPlaces.isEmpty
    for step in 0..<reading.grid.count {
      let time = reading.grid.time(step)
      while after < columns.count, columns.timestamps[after] <= time { after += 1 }
      row[step] = value(at: after - 1, for: time)
      let isSmoothed = reading.lookahead > 0
      if mayMeetHistograms, row[step].isPresent,
        columns.histogramPlaces.contains(where: {
          $0 == after - 1 || (isSmoothed && $0 == after)
        })
      {
        throw QueryError.nativeHistogram(heads[position - 1].labels)
      }
    }
  }

  @inline(__always)
  private func value(at index: Int, for time: Int64) -> Double {
    guard index >= 0, columns.timestamps[index] > time - reading.lookback,
      columns.values[index].isPresent
    else { return absentValue }
    switch content {
    case .values: break
    case .timestamps: return Double(columns.timestamps[index]) / 1000
    case .startTimestamps:
      return columns.startTimestamps.isEmpty ? 0 : Double(columns.startTimestamps[index]) / 1000
    }
    return reading.lookahead == 0
      ? columns.values[index] : smoothedValue(at: index, for: time)
  }

  /// The value on the line from a sample to the next one, if that is near enough.
  private func smoothedValue(at index: Int, for time: Int64) -> Double {
    let value = columns.values[index]
    let next = index + 1
    guard next < columns.count, columns.timestamps[next] <= time + reading.lookahead,
      columns.values[next].isPresent, columns.timestamps[index] < time
    else { return value }
    let share =
      Double(time - columns.timestamps[index])
      / Double(columns.timestamps[next] - columns.timestamps[index])
    return value + (columns.values[next] - value) * share
  }
}

extension SelectedSeries {
  /// Reads samples between two instants in milliseconds, both included.
  func load(
    _ place: Int, from start: Int64, through end: Int64, into columns: inout SampleColumns
  ) throws(QueryError) {
    do {
      try read(
        place, from: Timestamp(rawValue: start), through: Timestamp(rawValue: end), into: &columns)
    } catch {
      throw QueryError(error)
    }
  }

  /// The newest sample between two instants, if it is known without decoding.
  func loadNewest(
    _ place: Int, from start: Int64, through end: Int64
  ) throws(QueryError) -> (timestamp: Int64, value: Double)? {
    do {
      return try newest(
        place, from: Timestamp(rawValue: start), through: Timestamp(rawValue: end))
    } catch {
      throw QueryError(error)
    }
  }
}
