package import MetricModel
package import StorageAPI

/// A few series in memory, as a source of samples for scripts and tests.
package struct MemorySeries: SeriesQuerier {
  /// One sample.
  struct Sample {
    var value: Double
    var isHistogram = false
    /// 0 if it is unknown.
    var start: Int64 = 0
  }

  private var series: [Labels: [Int64: Sample]] = [:]

  package init() {}

  /// Adds the samples of a series; a sample at a time that exists already is left out.
  package mutating func add(_ labels: Labels, _ samples: [(Int64, Double)]) {
    var all: [Int64: Sample] = [:]
    for (time, value) in samples { all[time] = Sample(value: value) }
    add(labels, all)
  }

  mutating func add(_ labels: Labels, _ samples: [Int64: Sample]) {
    series[labels, default: [:]].merge(samples) { known, _ in known }
  }

  package func select(
    _ selection: SeriesSelection
  ) async throws(StorageError) -> any SelectedSeries {
    let found = series.keys
      .filter { labels in selection.matchers.allSatisfy { $0.matches(labels) } }
      .sorted()
    return MemorySelection(found, found.map { series[$0] ?? [:] })
  }

  package func labelNames(
    _ selections: [SeriesSelection]
  ) async throws(StorageError) -> [String] {
    Set(series.keys.flatMap { $0.map(\.name) }).sorted()
  }

  package func labelValues(
    of name: String, _ selections: [SeriesSelection]
  ) async throws(StorageError) -> [String] {
    Set(series.keys.compactMap { $0[name] }).sorted()
  }
}

private final class MemorySelection: SelectedSeries {
  private struct OrderedSeries {
    let samples: [(key: Int64, value: MemorySeries.Sample)]
    let hasStarts: Bool
  }

  let labels: [Labels]
  private let series: [OrderedSeries]

  init(_ labels: [Labels], _ samples: [[Int64: MemorySeries.Sample]]) {
    self.labels = labels
    series = samples.map { samples in
      OrderedSeries(
        samples: samples.sorted { $0.key < $1.key },
        hasStarts: samples.values.contains { $0.start != 0 })
    }
  }

  func read(
    _ place: Int, from: Timestamp, through: Timestamp, into target: inout SampleColumns
  ) throws(StorageError) {
    for (time, sample) in series[place].samples
    where time >= from.rawValue && time <= through.rawValue {
      if sample.isHistogram { target.histogramPlaces.append(target.count) }
      target.append(Timestamp(rawValue: time), sample.value)
      if series[place].hasStarts { target.startTimestamps.append(sample.start) }
    }
  }
}
