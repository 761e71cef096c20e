import ExpositionFormat

/// How a collector stands.
package enum CollectorState: String, CaseIterable, Hashable, Sendable {
  /// The last run gave what it should.
  case ok
  /// There is nothing to show on this machine.
  case noData = "nodata"
  /// The last run failed.
  case error
  /// The last run was overdue; it may still hang.
  case timeout
  /// The last result is older than it should be.
  case stale
}

/// One collector as of one scrape.
package struct CollectorReport: Sendable {
  /// The collector's name.
  package let name: String
  /// How it stands.
  package let state: CollectorState
  /// What went wrong, for a human; empty when nothing did.
  package let message: String
  /// How long the last finished run took.
  package let duration: Duration
  /// The number of samples shown.
  package let series: Int
  /// The age of the result shown; nil for a collector that runs with every scrape.
  package let age: Duration?
}

/// The answer to one scrape.
package struct Gathering: Sendable {
  /// The text, families sorted by name.
  package let bytes: [UInt8]
  /// Every selected collector, in the order of registration.
  package let reports: [CollectorReport]
  /// The number of samples in the text.
  package let seriesCount: Int
}
