package import MetricModel

/// What came of one scrape.
package struct ScrapeReport: Sendable, Equatable {
  /// The target.
  package let target: ScrapeTarget
  /// The time on the samples.
  package let time: Timestamp
  /// Why it failed; nil if it did not.
  package let failure: ScrapeFailure?
  /// The number of samples on the lines.
  package let samplesScraped: Int
  /// The number of samples left after metric relabelling.
  package let samplesKept: Int
  /// The number of series that the scrape before did not have.
  package let seriesAdded: Int
  /// The names of the target's metrics as they are kept, those that every scrape writes included.
  package let metricNames: Set<String>
  /// How long it took, up to the point of keeping the samples.
  package let durationSeconds: Double

  /// The value of `up`.
  package var isUp: Bool { failure == nil }
}
