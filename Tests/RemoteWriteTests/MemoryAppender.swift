import MetricModel
import StorageAPI
import Synchronization

/// A store in memory that remembers the samples it was given, or fails.
final class MemoryAppender: SampleAppender {
  struct State {
    var names: [Labels] = []
    var samples: [String] = []
    var outcome = AppendOutcome()
    var failure: StorageError?
    var onAppend: @Sendable () -> Void = {}
  }

  let state = Mutex(State())

  func series(for labels: [Labels]) async throws(StorageError) -> [SeriesID] {
    let result: Result<[SeriesID], StorageError> = state.withLock { state in
      if let failure = state.failure { return .failure(failure) }
      return .success(
        labels.map { labels in
          if let place = state.names.firstIndex(of: labels) {
            return SeriesID(rawValue: UInt64(place))
          }
          state.names.append(labels)
          return SeriesID(rawValue: UInt64(state.names.count - 1))
        })
    }
    return try result.get()
  }

  func append(_ batch: SampleBatch) async throws(StorageError) -> AppendOutcome {
    state.withLock { $0.onAppend }()
    return state.withLock { state in
      for index in 0..<batch.count {
        let labels = state.names[Int(batch.series[index].rawValue)]
        let value = batch.values[index]
        let text = StaleMarker.isStale(value) ? "stale" : FloatFormat.string(value)
        state.samples.append("\(labels) \(text) @\(batch.timestamps[index].rawValue)")
      }
      return state.outcome
    }
  }
}
