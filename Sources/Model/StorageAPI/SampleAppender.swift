public import MetricModel

/// Where samples go: the embedded store, or a remote one.
///
/// A writer asks once for the numbers of its series and then sends batches; nothing is called per sample.
public protocol SampleAppender: AnyObject, Sendable {
  /// The numbers of series, in the order given; unknown ones are created.
  ///
  /// A number may be forgotten when its series was idle for long: `append` then says so in `unknownSeries`, and the
  /// writer asks again.
  func series(for labels: [Labels]) async throws(StorageError) -> [SeriesID]

  /// Keeps a batch: after it returns, the samples survive the death of the process, and are seen by every selection that starts
  /// later.
  func append(_ batch: SampleBatch) async throws(StorageError) -> AppendOutcome

  /// Keeps a batch that nobody was promised yet, such as a scrape: every selection that starts later sees it, and it is
  /// committed with its neighbours a moment later. Only what came in that moment can die with the process.
  func appendSoon(_ batch: SampleBatch) async throws(StorageError) -> AppendOutcome
}

extension SampleAppender {
  public func appendSoon(_ batch: SampleBatch) async throws(StorageError) -> AppendOutcome {
    try await append(batch)
  }
}

/// What became of the samples of a batch that was kept.
public struct AppendOutcome: Sendable, Equatable {
  /// Samples now in the store; an identical repeat counts here.
  public var appended = 0
  /// Samples older than the window in which late samples are taken.
  public var tooOld = 0
  /// Samples at a time at which the series has another value already.
  public var duplicate = 0
  /// Series numbers that the store does not know (any more).
  public var unknownSeries: [SeriesID] = []

  public init() {}
}
