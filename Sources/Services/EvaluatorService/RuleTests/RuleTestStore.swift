import MetricModel
import QueryScripts
import StorageAPI
import Synchronization

/// The samples of one rule test: its input series, and those that the rules write.
final class RuleTestStore: SampleAppender, SeriesQuerier, StateStore, AlertSink {
  private struct State {
    var series = MemorySeries()
    /// The labels of a series id.
    var numbered: [Labels] = []
  }

  private let state = Mutex(State())

  /// Adds samples of a series.
  func add(_ labels: Labels, _ samples: [(Int64, Double)]) {
    state.withLock { $0.series.add(labels, samples) }
  }

  func series(for labels: [Labels]) async throws(StorageError) -> [SeriesID] {
    state.withLock { state in
      let first = state.numbered.count
      state.numbered += labels
      return labels.indices.map { SeriesID(rawValue: UInt64(first + $0)) }
    }
  }

  func append(_ batch: SampleBatch) async throws(StorageError) -> AppendOutcome {
    state.withLock { state in
      for index in batch.series.indices {
        let labels = state.numbered[Int(batch.series[index].rawValue)]
        state.series.add(labels, [(batch.timestamps[index].rawValue, batch.values[index])])
      }
    }
    var outcome = AppendOutcome()
    outcome.appended = batch.count
    return outcome
  }

  func select(_ selection: SeriesSelection) async throws(StorageError) -> any SelectedSeries {
    try await state.withLock { $0.series }.select(selection)
  }

  func labelNames(_ selections: [SeriesSelection]) async throws(StorageError) -> [String] {
    try await state.withLock { $0.series }.labelNames(selections)
  }

  func labelValues(
    of name: String, _ selections: [SeriesSelection]
  ) async throws(StorageError) -> [String] {
    try await state.withLock { $0.series }.labelValues(of: name, selections)
  }

  func rows(in table: StateTable) async throws(StorageError) -> [StateRow] { [] }

  func apply(_ changes: [StateChange]) async throws(StorageError) {}

  func receive(_ alerts: [Alert]) async {}
}
