/// Counters and gauges of the store, for its own metrics and the status page.
package struct SampleStoreStats: Sendable, Equatable {
  /// Series that can be selected now.
  package var series = 0
  /// Series created since the start, not counting those found in the database.
  package var seriesCreated = 0
  /// Series removed since the start, because all their samples had expired.
  package var seriesRemoved = 0
  /// Calls refused because of `--storage.max-series`.
  package var seriesLimitReached = 0
  /// Samples accepted since the start, including identical repeats.
  package var samplesAppended = 0
  /// Out-of-order samples accepted for times whose chunk was sealed already; part of
  /// `samplesAppended`.
  package var samplesLate = 0
  /// Samples refused as older than the open chunk of their series.
  package var samplesTooOld = 0
  /// Samples refused because their series has another value at that time.
  package var samplesDuplicate = 0
  /// Samples replayed from the WAL at the start.
  package var samplesReplayed = 0
  /// Chunks sealed since the start.
  package var chunksSealed = 0
  /// Sealed chunks in memory.
  package var chunksCached = 0
  /// Bytes of sealed chunks in memory.
  package var cachedBytes = 0
  /// Chunks merged into others since the start, because they were short.
  package var chunksJoined = 0
  /// Chunks removed since the start, because they had expired.
  package var chunksExpired = 0
  /// Bytes returned to the file system since the start.
  package var bytesGivenBack = 0
  /// The size in bytes of the database file with its WAL.
  package var bytesOnDisk = 0
  /// Batches waiting to be written; more than a few mean that the database cannot be written.
  package var pendingBatches = 0
  /// Bytes waiting to be written.
  package var pendingBytes = 0
  /// Failed writes since the start.
  package var writeErrors = 0
  /// Batches whose WAL record was dropped because too much was pending.
  package var batchesGivenUp = 0
  /// Sealed chunks that were dropped because too much was pending: their samples are lost when they
  /// leave the memory.
  package var chunksGivenUp = 0
  /// Rows and chunks found damaged since the start.
  package var damaged = 0
  /// The last error, in one line; nil if there was none or it is over.
  package var lastError: String?

  package init() {}
}

/// An event that the operator must hear of; reported when a fault begins and when it ends, not each
/// time.
package enum StorageEvent: Sendable, Equatable {
  /// Writing fails; samples stay in memory and writing is tried again.
  case writing(String)
  /// Writing works again; so many batches had to be dropped.
  case recovered(batchesGivenUp: Int)
  /// Something that was read is damaged and was left out.
  case damaged(String)
  /// The file of an older version is being upgraded before it is used; 0 at the end.
  case upgrading(chunksLeft: Int)
}
