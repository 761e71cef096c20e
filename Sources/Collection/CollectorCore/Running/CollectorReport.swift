import ExpositionFormat

/// The state of a collector.
package enum CollectorState: String, CaseIterable, Hashable, Sendable {
  /// The last run succeeded.
  case ok
  /// There is no data on this machine.
  case noData = "nodata"
  /// The last run failed.
  case error
  /// The last run exceeded its deadline and may still be running.
  case timeout
  /// The last result is older than its interval allows.
  case stale
}

/// The report on one collector in one scrape.
package struct CollectorReport: Sendable {
  /// The collector's name.
  package let name: String
  /// The collector's state.
  package let state: CollectorState
  /// The error, in words for the user; empty without one.
  package let message: String
  /// The duration of the last finished run.
  package let duration: Duration
  /// The number of samples in the answer.
  package let series: Int
  /// The age of the result; nil for a collector that runs with every scrape.
  package let age: Duration?
}

/// The answer to one scrape.
package struct Gathering: Sendable {
  /// The text, with families sorted by name.
  package let bytes: [UInt8]
  /// The reports on all selected collectors, in the order of registration.
  package let reports: [CollectorReport]
  /// The number of samples in the text.
  package let seriesCount: Int
}
