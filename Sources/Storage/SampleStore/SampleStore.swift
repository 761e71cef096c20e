package import MetricModel
package import SQLiteStorage
package import StorageAPI
import Synchronization

private import Glibc

/// The embedded sample store: the newest samples in memory, all of them in SQLite.
///
/// A batch is appended to the head, where selections see it, and written as one WAL record;
/// `append` returns once that is committed, `appendSoon` before, so that all scrapes of half a
/// second share one commit. A chunk that is full or old is written to a row that it shares with its
/// neighbours, and the WAL is truncated behind the oldest sample that is in no chunk yet; some
/// hours later short chunks are joined and the rows filled up. On opening, the WAL is replayed into
/// the head. While the disk is full or read-only `append` still returns: samples are then in memory
/// only, `stats` and `report` say so, and they are written once there is space again.
///
/// One lock guards the newest samples; it is held for one batch, or for so many series of a
/// selection or of maintenance as take some milliseconds, never while waiting for the disk. Another
/// one guards the catalog of series, which only creating, selecting and removing series need.
package final class SampleStore: SampleAppender {
  let settings: SampleStoreSettings
  let database: SampleDatabase
  let writer: WALWriter
  let head: Mutex<Head>
  let catalog = Mutex(SeriesCatalog())
  /// The last series whose label page maintenance has examined.
  let labelsMerged = Mutex(Int64.min)
  let report: @Sendable (StorageEvent) -> Void
  private let damaged = Mutex<(count: Int, last: String?)>((0, nil))

  /// Opens the samples in a folder and replays the WAL.
  ///
  /// `report` is called when a fault begins and when it ends, from any thread.
  ///
  /// - Throws: `notWritable`, `damaged` or `failed`, with the file and the fix in one line.
  @concurrent
  package static func open(
    in folder: StorageFolder, settings: SampleStoreSettings = SampleStoreSettings(),
    report: @escaping @Sendable (StorageEvent) -> Void = { _ in }
  ) async throws(StorageError) -> SampleStore {
    do {
      return try read(folder, settings: settings, report: report)
    } catch {
      guard case .damaged(let reason) = error else { throw error }
      guard let saved = try? SampleDatabase.salvage(in: folder, now: Int(Timestamp.now().seconds))
      else { throw error }
      let store = try read(folder, settings: settings, report: report)
      store.noteDamage(
        "\(reason): \(saved.series) series, \(saved.chunks) chunks and \(saved.batches) batches are "
          + "saved, \(saved.unreadable) places cannot be read; the damaged file is now "
          + saved.setAside)
      return store
    }
  }

  /// Opens the samples of a folder read-only, as they are at this moment; an evaluator may be
  /// running.
  @concurrent
  package static func reading(
    _ folder: String, report: @escaping @Sendable (StorageEvent) -> Void = { _ in }
  ) async throws(StorageError) -> SampleStore {
    var settings = SampleStoreSettings()
    settings.maximumSeries = .max
    let store = SampleStore(
      database: try SampleDatabase(readingFrom: folder), settings: settings, report: report)
    try store.replay()
    return store
  }

  private static func read(
    _ folder: StorageFolder, settings: SampleStoreSettings,
    report: @escaping @Sendable (StorageEvent) -> Void
  ) throws(StorageError) -> SampleStore {
    let database = try SampleDatabase(
      in: folder, survivesPowerCut: settings.survivesPowerCut,
      maximumBytes: settings.maximumFileBytes, progress: { report(.upgrading(chunksLeft: $0.left)) }
    )
    let store = SampleStore(database: database, settings: settings, report: report)
    store.head.withLock { $0.reserve(min(settings.maximumSeries, seriesThatFitInMemory)) }
    do {
      try store.replay()
    } catch {
      try? database.close()
      throw error
    }
    return store
  }

  /// More series than this machine can hold: the state of a series is less than a quarter of its
  /// memory.
  private static var seriesThatFitInMemory: Int {
    let memory = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    return memory / 4 / MemoryLayout<SeriesState>.stride
  }

  private init(
    database: SampleDatabase, settings: SampleStoreSettings,
    report: @escaping @Sendable (StorageEvent) -> Void
  ) {
    self.settings = settings
    self.database = database
    self.report = report
    writer = WALWriter(
      database: database, maximumPendingBytes: settings.maximumPendingBytes, report: report)
    head = Mutex(Head(settings: settings))
  }

  package func series(for labels: [Labels]) async throws(StorageError) -> [SeriesID] {
    if labels.count > Self.slotsPerSlice { try requireCapacity(for: labels) }
    var ids: [SeriesID] = []
    ids.reserveCapacity(labels.count)
    for start in stride(from: 0, to: labels.count, by: Self.slotsPerSlice) {
      let end = min(start + Self.slotsPerSlice, labels.count)
      let (known, hasNew) = try series(in: labels[start..<end])
      ids += known
      // Batches wait for the series that were created before them, so only a few are left to them.
      if hasNew, end < labels.count { await writer.flushBatches() }
    }
    return ids
  }

  private func series(
    in labels: ArraySlice<Labels>
  ) throws(StorageError) -> (ids: [SeriesID], hasNew: Bool) {
    try catalog.withLock { catalog throws(StorageError) in
      let known = labels.map { catalog.slot(of: $0) }
      var new: [Labels] = []
      var isNew: Set<Labels> = []
      for (one, slot) in zip(labels, known) where slot == nil {
        if isNew.insert(one).inserted { new.append(one) }
      }
      let made = try add(new, to: &catalog)
      let slots = zip(labels, known).compactMap { $1 ?? made[$0] }
      return (head.withLock { head in slots.map(head.id) }, !new.isEmpty)
    }
  }

  /// Throws if creating all the missing series would exceed a limit.
  private func requireCapacity(for labels: [Labels]) throws(StorageError) {
    try catalog.withLock { catalog throws(StorageError) in
      if catalog.count + labels.count <= settings.maximumSeries { return }
      let new = Set(labels.filter { catalog.slot(of: $0) == nil })
      try requireCapacity(forSeries: catalog.count + new.count)
    }
  }

  private func requireCapacity(forSeries count: Int) throws(StorageError) {
    if count <= settings.maximumSeries { return }
    head.withLock { $0.stats.seriesLimitReached += 1 }
    throw .limitReached(limit: "--storage.max-series", value: settings.maximumSeries)
  }

  /// Creates the missing series, all or none; they are written before any batch that uses their
  /// numbers.
  private func add(
    _ new: [Labels], to catalog: inout SeriesCatalog
  ) throws(StorageError) -> [Labels: UInt32] {
    if new.isEmpty { return [:] }
    try requireCapacity(forSeries: catalog.count + new.count)
    let taken = head.withLock { head in
      head.stats.seriesCreated += new.count
      return new.map { _ in head.takeSlot() }
    }
    var writes = WALWrites()
    var slots: [Labels: UInt32] = [:]
    for (labels, taken) in zip(new, taken) {
      catalog.insert(labels, slot: taken.slot)
      slots[labels] = taken.slot
      writes.newSeries.append(
        SeriesRow(
          key: SeriesKey(rawValue: taken.key), labels: labels.packed,
          checksum: UInt32(reducing: Checksum.of(labels.packed))))
    }
    writer.add(writes)
    return slots
  }

  package func append(_ batch: SampleBatch) async throws(StorageError) -> AppendOutcome {
    let outcome = take(batch, looksForRepeats: true)
    await writer.flushBatches()
    return outcome
  }

  package func appendSoon(_ batch: SampleBatch) async throws(StorageError) -> AppendOutcome {
    // A scrape whose lines carry old timestamps would read the disk again and again.
    let outcome = take(batch, looksForRepeats: false)
    await writer.flushSoon(after: settings.commitDelay)
    return outcome
  }

  private func take(_ batch: SampleBatch, looksForRepeats: Bool) -> AppendOutcome {
    var unproved: [OutOfOrderArrival] = []
    var outcome = head.withLock { head in
      var writes = WALWrites()
      let outcome = head.append(batch, adding: &writes, unproved: &unproved)
      // Added under the same lock, so that WAL records are written in the order of the head.
      writer.add(writes)
      return outcome
    }
    if !looksForRepeats { unproved.removeAll { !$0.isAccepted } }
    if !unproved.isEmpty {
      let (duplicates, repeats) = comparison(of: unproved)
      outcome.appended += repeats - duplicates
      outcome.tooOld -= repeats
      outcome.duplicate += duplicates
      head.withLock { head in
        head.stats.samplesAppended += repeats - duplicates
        head.stats.samplesTooOld -= repeats
        head.stats.samplesDuplicate += duplicates
      }
    }
    return outcome
  }

  /// Counters and gauges of the store.
  package var stats: SampleStoreStats {
    var stats = head.withLock { head in
      var stats = head.stats
      stats.chunksCached = head.cachedChunks
      stats.cachedBytes = head.cachedBytes
      return stats
    }
    stats.series = catalog.withLock { $0.count }
    let status = writer.status
    stats.bytesOnDisk = database.bytesOnDisk
    stats.pendingBatches = status.pendingBatches
    stats.pendingBytes = status.pendingBytes
    stats.writeErrors = status.writeErrors
    stats.batchesGivenUp = status.batchesGivenUp
    stats.chunksGivenUp = status.chunksGivenUp
    let damage = damaged.withLock { $0 }
    stats.damaged = damage.count
    stats.lastError = status.failure?.description ?? damage.last
    return stats
  }

  /// Writes what is pending and closes the file; the store must not be used after it.
  package func close() async throws(StorageError) {
    await writer.flush()
    try database.close()
  }

  /// Counts and reports data on disk that cannot be read.
  func foundDamage(_ what: String) {
    noteDamage("\(SampleDatabase.fileName): \(what) is damaged and was left out")
  }

  private func noteDamage(_ text: String) {
    let isFirst = damaged.withLock { damaged in
      damaged.count += 1
      damaged.last = text
      return damaged.count == 1
    }
    if isFirst { report(.damaged(text)) }
  }
}
