import MetricModel
import StorageAPI

/// A handful of series in memory, as a source of samples for tests.
struct MemorySeries: SeriesQuerier {
  private(set) var series: [Labels: SampleColumns] = [:]

  init() {}

  /// Adds the samples of a series; a sample at a time that is there already is left out.
  mutating func add(_ labels: Labels, _ samples: [(Int64, Double)]) {
    var all: [Int64: Double] = [:]
    let known = series[labels] ?? SampleColumns()
    for (time, value) in samples { all[time] = value }
    for (time, value) in zip(known.timestamps, known.values) { all[time] = value }
    var columns = SampleColumns()
    for (time, value) in all.sorted(by: { $0.key < $1.key }) {
      columns.append(Timestamp(rawValue: time), value)
    }
    series[labels] = columns
  }

  func select(_ selection: SeriesSelection) async throws(StorageError) -> [any SelectedSeries] {
    series.keys
      .filter { labels in selection.matchers.allSatisfy { $0.matches(labels) } }
      .sorted()
      .map { MemorySelection($0, series[$0] ?? SampleColumns()) }
  }

  func labelNames(_ selections: [SeriesSelection]) async throws(StorageError) -> [String] {
    Set(series.keys.flatMap { $0.map(\.name) }).sorted()
  }

  func labelValues(
    of name: String, _ selections: [SeriesSelection]
  ) async throws(StorageError) -> [String] {
    Set(series.keys.compactMap { $0[name] }).sorted()
  }
}

private final class MemorySelection: SelectedSeries {
  let labels: Labels
  private let columns: SampleColumns

  init(_ labels: Labels, _ columns: SampleColumns) {
    self.labels = labels
    self.columns = columns
  }

  func read(
    from: Timestamp, through: Timestamp, into target: inout SampleColumns
  ) throws(StorageError) {
    for index in columns.timestamps.indices {
      let time = columns.timestamps[index]
      if time >= from.rawValue, time <= through.rawValue {
        target.append(Timestamp(rawValue: time), columns.values[index])
      }
    }
  }
}
