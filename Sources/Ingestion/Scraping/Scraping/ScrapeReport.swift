package import MetricModel

/// The result of one scrape.
package struct ScrapeReport: Sendable, Equatable {
  /// The target.
  package let target: ScrapeTarget
  /// The timestamp of the samples.
  package let time: Timestamp
  /// Why the scrape failed; nil if it succeeded.
  package let failure: ScrapeFailure?
  /// The number of samples in the exposition.
  package let samplesScraped: Int
  /// The number of samples left after metric relabelling.
  package let samplesStored: Int
  /// The number of series that the previous scrape did not have.
  package let seriesAdded: Int
  /// The stored metric names of the target, including those that every scrape writes.
  package let metricNames: Set<String>
  /// The duration of the scrape until its samples are appended, in seconds.
  package let durationSeconds: Double

  /// The value of `up`.
  package var isUp: Bool { failure == nil }
}
