public import MetricModel

/// Stores samples: the embedded store, or remote write.
///
/// A writer requests the IDs of its series once and then sends batches; no call is made per sample.
public protocol SampleAppender: AnyObject, Sendable {
  /// The IDs of series in the given order; unknown series are created.
  ///
  /// The ID of a series that was idle for long may become invalid: `append` then returns it in
  /// `unknownSeries`, and the writer requests a new one.
  func series(for labels: [Labels]) async throws(StorageError) -> [SeriesID]

  /// Stores a batch durably: after the call returns, the samples survive the end of the process,
  /// and every later selection contains them.
  func append(_ batch: SampleBatch) async throws(StorageError) -> AppendOutcome

  /// Stores a batch that was not acknowledged to any client, such as a scrape: every later
  /// selection contains it, and it is committed with other batches shortly afterwards. The end of
  /// the process can only lose samples of that short time.
  func appendSoon(_ batch: SampleBatch) async throws(StorageError) -> AppendOutcome
}

extension SampleAppender {
  /// Stores the batch with `append`, for stores without a cheaper way.
  public func appendSoon(_ batch: SampleBatch) async throws(StorageError) -> AppendOutcome {
    try await append(batch)
  }
}

/// The result of storing a batch.
public struct AppendOutcome: Sendable, Equatable {
  /// Samples that are now in the store, identical repetitions included.
  public var appended = 0
  /// Samples older than the out-of-order window.
  public var tooOld = 0
  /// Samples at a time at which the series already has another value.
  public var duplicate = 0
  /// Series IDs that the store does not know, or no longer knows.
  public var unknownSeries: [SeriesID] = []

  public init() {}
}
