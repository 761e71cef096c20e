package import MetricModel
package import StorageAPI
import Synchronization

/// A source of a few series in memory that records selections, or fails on demand.
package final class MemoryQuerier: SeriesQuerier {
  fileprivate struct Series {
    let labels: Labels
    let samples: [(Int64, Double)]

    func isIn(_ selection: SeriesSelection) -> Bool {
      selection.matchers.allSatisfy { $0.matches(labels) }
        && samples.contains {
          (selection.from.rawValue...selection.through.rawValue).contains($0.0)
        }
    }
  }

  private let series: [Series]
  private let failure: @Sendable (SeriesSelection) -> StorageError?
  private let selected = Mutex<[SeriesSelection]>([])

  /// Makes a source of series with their samples: pairs of milliseconds and value, in order of
  /// time.
  ///
  /// Selections for which `failure` gives an error fail with it.
  package init(
    _ series: [(Labels, [(Int64, Double)])] = [],
    failure: @escaping @Sendable (SeriesSelection) -> StorageError? = { _ in nil }
  ) {
    self.series = series.map { Series(labels: $0.0, samples: $0.1) }
      .sorted { $0.labels < $1.labels }
    self.failure = failure
  }

  /// All selections, in order.
  package var selections: [SeriesSelection] { selected.withLock { $0 } }

  package func select(
    _ selection: SeriesSelection
  ) async throws(StorageError) -> any SelectedSeries {
    selected.withLock { $0.append(selection) }
    if let error = failure(selection) { throw error }
    return Selected(series.filter { $0.isIn(selection) })
  }

  package func labelNames(_ selections: [SeriesSelection]) async throws(StorageError) -> [String] {
    Set(found(selections).flatMap { $0.labels.map(\.name) }).sorted()
  }

  package func labelValues(
    of name: String, _ selections: [SeriesSelection]
  ) async throws(StorageError) -> [String] {
    Set(found(selections).compactMap { $0.labels[name] }).sorted()
  }

  private func found(_ selections: [SeriesSelection]) -> [Series] {
    selections.isEmpty ? series : series.filter { one in selections.contains { one.isIn($0) } }
  }

  private final class Selected: SelectedSeries {
    let labels: [Labels]
    private let series: [Series]

    init(_ series: [Series]) {
      self.series = series
      labels = series.map(\.labels)
    }

    func read(
      _ place: Int, from: Timestamp, through: Timestamp, into columns: inout SampleColumns
    ) throws(StorageError) {
      for (time, value) in series[place].samples
      where time >= from.rawValue && time <= through.rawValue {
        columns.append(Timestamp(rawValue: time), value)
      }
    }
  }
}
