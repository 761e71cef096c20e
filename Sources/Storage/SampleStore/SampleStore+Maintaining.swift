package import MetricModel
import SQLiteStorage
import StorageAPI
import Synchronization

extension SampleStore {
  /// How many series are looked at before the lock is let go for a moment.
  static var slotsPerSlice: Int { 2048 }
  /// How many series are removed before the locks are let go for a moment: some 20 ms for the catalog beside a million others.
  static var removalsPerSlice: Int { 4096 }
  /// How many chunks are sealed before the lock is let go for a moment: less than a millisecond.
  static var sealsPerSlice: Int { 64 }
  /// How many rows of chunks are deleted in one transaction, so that batches do not wait long behind it.
  private static var rowsPerTransaction: Int { 128 }
  /// How often at most rows of labels are looked at, of which a million series have some ten thousand: half of an hour for all of them.
  private static var labelLooks: Int { 8 }
  /// How many bytes of batches are deleted, or given back, in one transaction.
  private static var bytesPerTransaction: Int { 256 << 10 }

  /// Does what has become due: seals old open chunks, frees memory, cuts the journal, drops what has expired, compacts chunks.
  ///
  /// To be called every minute or so by one task; a failed write is counted and tried again the next time.
  package func maintain(now: Timestamp) async {
    var expiry = now.adding(milliseconds: -settings.retention.milliseconds)
    do throws(StorageError) {
      try await mergeLate()
      if let cutoff = try cutoffBySize() { expiry = max(expiry, cutoff) }
    } catch {
      writer.noteFailure(error)
    }
    let journalStart = await sealOldChunks(openedBefore: now, expiry: expiry)
    // Tries again to write what could not be written, too.
    await writer.flush()
    let status = writer.status
    dropCached(now: now, expiry: expiry, written: status.chunksThrough)
    do throws(StorageError) {
      try await removeExpiredChunks(before: expiry)
      // What failed to be written as a chunk is still needed as a batch.
      if status.failure == nil { try await cutJournal(before: journalStart) }
      try await compact(now: now)
    } catch {
      writer.noteFailure(error)
      return
    }
    await removeEmptySeries(expiry: expiry)
    do throws(StorageError) {
      try await mergeLabels()
      try await giveBackPages()
    } catch {
      writer.noteFailure(error)
    }
    journal.shrinkLog()
  }

  /// The time up to which chunks go because the file is larger than it may be; nil if it is not.
  private func cutoffBySize() throws(StorageError) -> Timestamp? {
    guard let limit = settings.retentionBytes else { return nil }
    let excess = try journal.usedBytes() - limit
    return excess > 0 ? try journal.cutoff(freeing: excess) : nil
  }

  /// Looks at the next rows of labels, and begins anew behind the last.
  private func mergeLabels() async throws(StorageError) {
    for _ in 0..<Self.labelLooks {
      let next = try await journal.mergeLabels(behind: labelsMerged.withLock { $0 })
      labelsMerged.withLock { $0 = next ?? .min }
      if next == nil { return }
    }
  }

  private func giveBackPages() async throws(StorageError) {
    var given = 0
    repeat {
      given = try await journal.giveBack(
        keeping: settings.spareBytes, limit: Self.bytesPerTransaction)
      head.withLock { $0.stats.bytesGivenBack += given }
    } while given >= Self.bytesPerTransaction
  }

  private func removeExpiredChunks(before expiry: Timestamp) async throws(StorageError) {
    var removed = (rows: 0, chunks: 0)
    repeat {
      removed = try await journal.removeChunks(
        endingBefore: expiry, limit: Self.rowsPerTransaction)
      head.withLock { $0.stats.chunksExpired += removed.chunks }
    } while removed.rows == Self.rowsPerTransaction
  }

  private func cutJournal(before sequence: Int64) async throws(StorageError) {
    while try await journal.removeRows(before: sequence, bytes: Self.bytesPerTransaction) > 0 {}
  }

  /// Seals the chunks that have been open for too long; returns the first batch that the journal must keep.
  private func sealOldChunks(openedBefore now: Timestamp, expiry: Timestamp) async -> Int64 {
    let cutoff = now.adding(milliseconds: -settings.maximumOpenAge.milliseconds).rawValue
    var needed = head.withLock { $0.upcomingSequence }
    // Series that come later only have batches that come later, too.
    let count = head.withLock { $0.series.count }
    var slot = 0
    while slot < count {
      head.withLock { head in
        var writes = WALWrites()
        let end = min(slot + Self.slotsPerSlice, count)
        head.note(slice: end - slot)
        while slot < end, writes.chunks.count < Self.sealsPerSlice {
          defer { slot += 1 }
          needed = min(needed, head.late.isEmpty ? .max : head.late[UInt32(slot)]?.sequence ?? .max)
          guard head.series[slot].open.count > 0 else { continue }
          let open = head.series[slot].open
          if open.first < cutoff || open.last < expiry.rawValue {
            head.seal(slot, adding: &writes)
          }
          needed = min(needed, head.series[slot].openSequence)
        }
        // Under the same lock, so that the journal has the chunks in the order of the head.
        writer.add(writes)
      }
      await writer.flushIfCrowded()
    }
    return needed
  }

  /// Frees chunks that are in the database and old, or too many.
  private func dropCached(now: Timestamp, expiry: Timestamp, written: Int64) {
    var age = settings.cachedAge.milliseconds
    repeat {
      let cutoff = max(now.adding(milliseconds: -age), expiry).rawValue
      forEachSlice { head, slots in
        for slot in slots {
          head.dropCached(slot, endingBefore: cutoff, written: written)
        }
      }
      age /= 2
    } while age > 1000 && head.withLock { $0.cachedBytes } > settings.maximumCachedBytes
  }

  /// Notes what has expired and removes series that were without samples at two rounds.
  private func removeEmptySeries(expiry: Timestamp) async {
    var empty: [UInt32] = []
    forEachSlice { head, slots in
      for slot in slots where head.keys[slot] > 0 && head.expire(slot, before: expiry.rawValue) {
        empty.append(UInt32(slot))
      }
    }
    for start in stride(from: 0, to: empty.count, by: Self.removalsPerSlice) {
      remove(empty[start..<min(start + Self.removalsPerSlice, empty.count)])
      await writer.flush()
    }
  }

  /// Removes those of some series that are still empty.
  private func remove(_ empty: ArraySlice<UInt32>) {
    catalog.withLock { catalog in
      let removed = head.withLock { head in
        // Since they were found samples may have come.
        let removed = empty.filter { head.series[Int($0)].emptyRounds > 1 }
        var writes = WALWrites()
        writes.removedSeries = removed.map { SeriesKey(rawValue: head.keys[Int($0)]) }
        head.remove(removed)
        writer.add(writes)
        return removed
      }
      catalog.remove(removed)
    }
  }

  /// Calls `body` with all slots, some at a time; between that batches have their turn.
  func forEachSlice(_ body: (inout Head, Range<Int>) -> Void) {
    let count = head.withLock { $0.series.count }
    for start in stride(from: 0, to: count, by: Self.slotsPerSlice) {
      let slots = start..<min(start + Self.slotsPerSlice, count)
      head.withLock { head in
        head.note(slice: slots.count)
        body(&head, slots)
      }
    }
  }
}

extension Head {
  /// Frees the cached chunks of a slot that end before an instant and are written.
  mutating func dropCached(_ slot: Int, endingBefore cutoff: Int64, written: Int64) {
    var count = 0
    for chunk in series[slot].cached {
      guard chunk.last < cutoff, chunk.number <= written else { break }
      cachedBytes -= chunk.byteCount
      count += 1
    }
    cachedChunks -= count
    // An empty array that had elements goes on to hold their memory.
    if count == series[slot].cached.count {
      series[slot].cached = []
    } else if count > 0 {
      series[slot].cached.removeFirst(count)
    }
  }

  /// Notes that samples before an instant are gone; true if the slot was now found empty more than once.
  mutating func expire(_ slot: Int, before expiry: Int64) -> Bool {
    if let newest = series[slot].newest, newest >= expiry || series[slot].open.count > 0 {
      series[slot].emptyRounds = 0
      if let oldest = series[slot].oldest, oldest < expiry { series[slot].oldest = expiry }
      return false
    }
    if !series[slot].cached.isEmpty { return false }
    series[slot].oldest = nil
    // A series that was just made gets its first sample with the batch that is on its way.
    series[slot].emptyRounds = min(series[slot].emptyRounds + 1, 100)
    return series[slot].emptyRounds > 1
  }
}
