package import Concurrency

extension TimeSource {
  /// The current wall-clock time; it may jump when the clock is set.
  package var now: Timestamp { Timestamp(sinceEpoch: sinceEpoch) }
}
