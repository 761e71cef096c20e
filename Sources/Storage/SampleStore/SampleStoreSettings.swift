/// What an operator can choose about the store.
package struct SampleStoreSettings: Sendable {
  /// How long samples are kept.
  package var retention: Duration = .seconds(15 * 86_400)
  /// How many bytes the samples on disk may take; the oldest go first. Nil for no limit.
  package var retentionBytes: Int?
  /// How many free bytes stay in the file for what comes next; the rest is given back to the file system.
  package var spareBytes = 8 << 20
  /// How far behind the newest sample of the store a sample may be that is older than what its series has sealed already; zero
  /// takes none, as Prometheus' `out_of_order_time_window`. Samples behind the open chunk only are always taken.
  package var outOfOrderWindow: Duration = .zero
  /// How many series there may be at a time; `--storage.max-series` in error texts.
  package var maximumSeries = 2_000_000
  /// Of how many series a selection looks at the newest samples at one instant, some milliseconds for which batches wait: of a batch it
  /// sees all or nothing.
  package var seriesPerInstant = 1 << 17
  /// How many samples go into a chunk before it is sealed.
  package var samplesPerChunk = 240
  /// How long a chunk may stay open; what is older is sealed by `maintain`, so that the journal can be cut.
  package var maximumOpenAge: Duration = .seconds(2 * 3600)
  /// How long sealed chunks stay in memory besides the database.
  package var cachedAge: Duration = .seconds(5 * 60)
  /// How many bytes of sealed chunks stay in memory after `maintain`.
  package var maximumCachedBytes = 64 << 20
  /// How many bytes wait in memory while the database cannot be written; beyond that the oldest batches are only in the open
  /// chunks, and a crash before those are sealed would lose them.
  package var maximumPendingBytes = 64 << 20
  /// How long a batch that nobody was promised may wait for others to share its commit.
  package var commitDelay: Duration = .milliseconds(500)
  /// Whether each batch waits for the disk and so survives a power cut, not only the death of the process.
  package var survivesPowerCut = false
  /// A size of the database file at which writes fail as on a full disk; nil for none.
  package var maximumFileBytes: Int?

  package init() {}
}

extension Duration {
  /// Whole milliseconds, saturated.
  var milliseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    if overflow { return seconds < 0 ? .min : .max }
    return product.addingReportingOverflow(attoseconds / 1_000_000_000_000_000).partialValue
  }
}
