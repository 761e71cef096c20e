import MetricModel
import StorageAPI

/// A few series in memory.
struct MemoryQuerier: SeriesQuerier {
  let series: [MemorySeries]

  init(_ series: [(Labels, [(Int64, Double)])]) {
    self.series = series.map { MemorySeries(labels: $0.0, samples: $0.1) }
      .sorted { $0.labels < $1.labels }
  }

  func select(_ selection: SeriesSelection) async throws(StorageError) -> any SelectedSeries {
    if selection.matchers.contains(where: { $0.value == "broken" }) {
      throw .damaged("chunk 7")
    }
    return MemorySelection(series.filter { $0.isIn(selection) })
  }

  func labelNames(_ selections: [SeriesSelection]) async throws(StorageError) -> [String] {
    Set(found(selections).flatMap { $0.labels.map(\.name) }).sorted()
  }

  func labelValues(
    of name: String, _ selections: [SeriesSelection]
  ) async throws(StorageError) -> [String] {
    Set(found(selections).compactMap { $0.labels[name] }).sorted()
  }

  private func found(_ selections: [SeriesSelection]) -> [MemorySeries] {
    selections.isEmpty
      ? series : series.filter { one in selections.contains { one.isIn($0) } }
  }
}

/// One series of it.
struct MemorySeries {
  let labels: Labels
  let samples: [(Int64, Double)]

  func isIn(_ selection: SeriesSelection) -> Bool {
    selection.matchers.allSatisfy { $0.matches(labels) }
      && samples.contains {
        (selection.from.rawValue...selection.through.rawValue).contains($0.0)
      }
  }
}

private final class MemorySelection: SelectedSeries {
  let labels: [Labels]
  private let series: [MemorySeries]

  init(_ series: [MemorySeries]) {
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
