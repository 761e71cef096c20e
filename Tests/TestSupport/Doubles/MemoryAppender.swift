package import MetricModel
package import StorageAPI
import Synchronization

/// A store of samples in memory that records all requests, and fails on demand.
package final class MemoryAppender: SampleAppender {
  /// One sample that was written.
  package struct Sample: Sendable, Equatable, CustomStringConvertible {
    package let labels: Labels
    package let time: Timestamp
    package let value: Double

    package init(_ labels: Labels, at time: Timestamp, _ value: Double) {
      self.labels = labels
      self.time = time
      self.value = value
    }

    /// Whether the value is a stale marker.
    package var isStale: Bool { StaleMarker.isStale(value) }

    /// Samples are equal when their values have the same bits: a NaN equals itself.
    package static func == (left: Sample, right: Sample) -> Bool {
      left.labels == right.labels && left.time == right.time
        && left.value.bitPattern == right.value.bitPattern
    }

    /// `up{job="a"} 1 @1000`; `stale` stands for the value of a stale marker.
    package var description: String {
      "\(labels) \(isStale ? "stale" : FloatFormat.string(value)) @\(time.rawValue)"
    }
  }

  private struct State {
    var numbers: [Labels: SeriesID] = [:]
    var labels: [Labels] = []
    var forgotten: Set<SeriesID> = []
    var batches: [[Sample]] = []
    var seriesRequests: [[Labels]] = []
    var failure: StorageError?
    var appendFailure: StorageError?
    var adjust: @Sendable (inout AppendOutcome) -> Void = { _ in }
    var onAppend: @Sendable () -> Void = {}
  }

  private let state = Mutex(State())

  package init() {}

  /// The samples of each batch that was written.
  package var batches: [[Sample]] { state.withLock { $0.batches } }

  /// All samples that were written, in order.
  package var samples: [Sample] { batches.flatMap { $0 } }

  /// The labels of each request for series numbers.
  package var seriesRequests: [[Labels]] { state.withLock { $0.seriesRequests } }

  /// Removes the samples written so far, not the series.
  package func removeAll() { state.withLock { $0.batches = [] } }

  /// Removes the numbers of all series, as a store does with idle ones.
  package func forgetSeries() {
    state.withLock { state in
      state.forgotten.formUnion(state.numbers.values)
      state.numbers = [:]
    }
  }

  /// Makes every request fail; nil ends that.
  package func fail(with error: StorageError?) { state.withLock { $0.failure = error } }

  /// Makes every write fail, but not the requests for series numbers; nil ends that.
  package func failAppends(with error: StorageError?) {
    state.withLock { $0.appendFailure = error }
  }

  /// Changes the outcomes of later writes, not the recorded samples.
  package func adjustOutcomes(_ adjust: @escaping @Sendable (inout AppendOutcome) -> Void) {
    state.withLock { $0.adjust = adjust }
  }

  /// Calls a function at the beginning of every later write.
  package func onAppend(_ body: @escaping @Sendable () -> Void) {
    state.withLock { $0.onAppend = body }
  }

  package func series(for labels: [Labels]) async throws(StorageError) -> [SeriesID] {
    let result: Result<[SeriesID], StorageError> = state.withLock { state in
      if let failure = state.failure { return .failure(failure) }
      state.seriesRequests.append(labels)
      return .success(
        labels.map { labels in
          if let number = state.numbers[labels] { return number }
          let number = SeriesID(rawValue: UInt64(state.labels.count))
          state.numbers[labels] = number
          state.labels.append(labels)
          return number
        })
    }
    return try result.get()
  }

  package func append(_ batch: SampleBatch) async throws(StorageError) -> AppendOutcome {
    state.withLock { $0.onAppend }()
    let result: Result<AppendOutcome, StorageError> = state.withLock { state in
      if let failure = state.failure ?? state.appendFailure { return .failure(failure) }
      var outcome = AppendOutcome()
      var samples: [Sample] = []
      for index in 0..<batch.count {
        let number = batch.series[index]
        guard !state.forgotten.contains(number), number.rawValue < state.labels.count else {
          outcome.unknownSeries.append(number)
          continue
        }
        outcome.appended += 1
        samples.append(
          Sample(
            state.labels[Int(number.rawValue)], at: batch.timestamps[index], batch.values[index]))
      }
      state.batches.append(samples)
      state.adjust(&outcome)
      return .success(outcome)
    }
    return try result.get()
  }
}
