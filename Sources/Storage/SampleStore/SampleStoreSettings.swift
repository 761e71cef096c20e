/// The settings of the store.
package struct SampleStoreSettings: Sendable {
  /// How long samples are retained.
  package var retention: Duration = .seconds(15 * 86_400)
  /// The most bytes of samples on disk; the oldest are removed first. `nil` for no limit.
  package var retentionBytes: Int?
  /// The free bytes that stay in the file for new data; the rest is returned to the file system.
  package var spareBytes = 8 << 20
  /// How far a sample may lie behind the newest sample of the store if its series has sealed a
  /// chunk of that time already; zero accepts none, as Prometheus' `out_of_order_time_window`.
  /// Samples that are only older than others of the open chunk are always accepted.
  package var outOfOrderWindow: Duration = .zero
  /// The most series at a time; error messages name `--storage.max-series`.
  package var maximumSeries = 2_000_000
  /// The number of series that a selection examines under one lock, some milliseconds for which
  /// batches wait: of a batch it sees all or nothing.
  package var seriesPerInstant = 1 << 17
  /// The number of samples in a chunk at which it is sealed.
  package var samplesPerChunk = 240
  /// How long a chunk may stay open; `maintain` seals older ones, so that the WAL can be truncated.
  package var maximumOpenAge: Duration = .seconds(2 * 3600)
  /// How long sealed chunks stay in memory in addition to the database.
  package var cachedAge: Duration = .seconds(5 * 60)
  /// The most bytes of sealed chunks in memory after `maintain`.
  package var maximumCachedBytes = 64 << 20
  /// The most bytes pending in memory while the database cannot be written; beyond that the oldest
  /// batches are only in the open chunks, and a crash before those are sealed would lose them.
  package var maximumPendingBytes = 64 << 20
  /// How long a batch whose caller does not wait may be delayed to share a commit.
  package var commitDelay: Duration = .milliseconds(500)
  /// Whether each batch waits for the disk and so survives a power cut, not only the death of the
  /// process.
  package var survivesPowerCut = false
  /// A size of the database file in bytes at which writes fail as on a full disk; `nil` for none.
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
