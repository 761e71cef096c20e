import MetricModel
import StorageAPI
import Synchronization

/// A store in memory that remembers everything it was asked.
final class MemoryAppender: SampleAppender {
  struct Row: Equatable, CustomStringConvertible {
    let labels: String
    let time: Int64
    let value: Double

    static func == (left: Row, right: Row) -> Bool {
      left.labels == right.labels && left.time == right.time
        && left.value.bitPattern == right.value.bitPattern
    }

    var description: String {
      "\(labels) @\(time) \(StaleMarker.isStale(value) ? "stale" : "\(value)")"
    }
  }

  struct State {
    var numbers: [Labels: SeriesID] = [:]
    var names: [SeriesID: Labels] = [:]
    var batches: [[Row]] = []
    var seriesCalls: [[String]] = []
    var forgotten: Set<SeriesID> = []
    var failure: StorageError?
    var appendFailure: StorageError?
  }

  let state = Mutex(State())

  func series(for labels: [Labels]) async throws(StorageError) -> [SeriesID] {
    let result: Result<[SeriesID], StorageError> = state.withLock { state in
      if let failure = state.failure { return .failure(failure) }
      state.seriesCalls.append(labels.map(\.description))
      return .success(
        labels.map { labels in
          if let known = state.numbers[labels], !state.forgotten.contains(known) { return known }
          let number = SeriesID(rawValue: UInt64(state.names.count))
          state.numbers[labels] = number
          state.names[number] = labels
          return number
        })
    }
    return try result.get()
  }

  func append(_ batch: SampleBatch) async throws(StorageError) -> AppendOutcome {
    let result: Result<AppendOutcome, StorageError> = state.withLock { state in
      if let failure = state.failure ?? state.appendFailure { return .failure(failure) }
      var outcome = AppendOutcome()
      var rows: [Row] = []
      for index in 0..<batch.count {
        let number = batch.series[index]
        guard let labels = state.names[number], !state.forgotten.contains(number) else {
          outcome.unknownSeries.append(number)
          continue
        }
        outcome.appended += 1
        rows.append(
          Row(
            labels: labels.description, time: batch.timestamps[index].rawValue,
            value: batch.values[index]))
      }
      state.batches.append(rows)
      return .success(outcome)
    }
    return try result.get()
  }

  /// Makes all numbers given so far unknown.
  func forgetAll() { state.withLock { $0.forgotten.formUnion($0.names.keys) } }

  var batches: [[Row]] { state.withLock { $0.batches } }

  /// The last batch without the report series, sorted.
  var lastSamples: [String] {
    (batches.last ?? []).filter { !$0.labels.hasPrefix("scrape_") && !$0.labels.hasPrefix("up{") }
      .map(\.description).sorted()
  }

  /// The value of a report series in the last batch.
  func lastReport(_ name: String) -> Double? {
    batches.last?.first { $0.labels.hasPrefix(name + "{") }?.value
  }
}
