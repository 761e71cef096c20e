package import MetricModel
import SQLiteStorage
import StorageAPI
import Synchronization

extension SampleStore {
  /// The number of series examined before the lock is released for a moment.
  static var slotsPerSlice: Int { 2048 }
  /// The number of series removed before the locks are released for a moment: some 20 ms for the
  /// catalog beside a million others.
  static var removalsPerSlice: Int { 4096 }
  /// The number of chunks sealed before the lock is released for a moment: less than a millisecond.
  static var sealsPerSlice: Int { 64 }
  /// The number of chunk rows deleted in one transaction, so that batches do not wait long.
  private static var rowsPerTransaction: Int { 128 }
  /// The number of label-merging steps in one maintenance round: about half an hour for the ten
  /// thousand label pages of a million series.
  private static var labelLooks: Int { 8 }
  /// The bytes of WAL records deleted, or of free pages returned, in one transaction.
  private static var bytesPerTransaction: Int { 256 << 10 }

  /// Does the periodic work: seals old open chunks, frees memory, truncates the WAL, removes
  /// expired samples, compacts chunks.
  ///
  /// To be called about every minute by one task; a failed write is counted and tried again the
  /// next time.
  package func maintain(now: Timestamp) async {
    var expiry = now.adding(milliseconds: -settings.retention.milliseconds)
    do throws(StorageError) {
      try await mergeLate()
      if let cutoff = try cutoffBySize() { expiry = max(expiry, cutoff) }
    } catch {
      writer.noteFailure(error)
    }
    let walStart = await sealOldChunks(openedBefore: now, expiry: expiry)
    // Also retries what could not be written before.
    await writer.flush()
    let status = writer.status
    dropCached(now: now, expiry: expiry, written: status.chunksThrough)
    do throws(StorageError) {
      try await removeExpiredChunks(before: expiry)
      // What could not be written as a chunk is still needed as a WAL record.
      if status.failure == nil { try await truncateWAL(before: walStart) }
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
    database.shrinkLog()
  }

  /// The cut-off time for chunks to be removed because the file is larger than its limit; `nil` if
  /// it is not.
  private func cutoffBySize() throws(StorageError) -> Timestamp? {
    guard let limit = settings.retentionBytes else { return nil }
    let excess = try database.usedBytes() - limit
    return excess > 0 ? try database.cutoff(freeing: excess) : nil
  }

  /// Merges the next label pages, and starts again after the last one.
  private func mergeLabels() async throws(StorageError) {
    for _ in 0..<Self.labelLooks {
      let next = try await database.mergeLabels(behind: labelsMerged.withLock { $0 })
      labelsMerged.withLock { $0 = next ?? .min }
      if next == nil { return }
    }
  }

  private func giveBackPages() async throws(StorageError) {
    var given = 0
    repeat {
      given = try await database.giveBack(
        leaving: settings.spareBytes, limit: Self.bytesPerTransaction)
      head.withLock { $0.stats.bytesGivenBack += given }
    } while given >= Self.bytesPerTransaction
  }

  private func removeExpiredChunks(before expiry: Timestamp) async throws(StorageError) {
    var removed = (rows: 0, chunks: 0)
    repeat {
      removed = try await database.removeChunks(
        endingBefore: expiry, limit: Self.rowsPerTransaction)
      head.withLock { $0.stats.chunksExpired += removed.chunks }
    } while removed.rows == Self.rowsPerTransaction
  }

  private func truncateWAL(before sequence: Int64) async throws(StorageError) {
    while try await database.removeRows(before: sequence, bytes: Self.bytesPerTransaction) > 0 {}
  }

  /// Seals the chunks that have been open for too long; returns the first batch that the WAL must
  /// retain.
  private func sealOldChunks(openedBefore now: Timestamp, expiry: Timestamp) async -> Int64 {
    let cutoff = now.adding(milliseconds: -settings.maximumOpenAge.milliseconds).rawValue
    var needed = head.withLock { $0.upcomingSequence }
    // Series that are added later only have batches that come later, too.
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
        // Under the same lock, so that chunks are written in the order of the head.
        writer.add(writes)
      }
      await writer.flushIfCrowded()
    }
    return needed
  }

  /// Frees cached chunks that are in the database and are old, or too many.
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

  /// Notes what has expired and removes series that were empty in two rounds.
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
        // Samples may have arrived since they were found empty.
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

  /// Calls `body` with all slots, a slice at a time; batches may run in between.
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
    // An empty array that had elements would go on holding their memory.
    if count == series[slot].cached.count {
      series[slot].cached = []
    } else if count > 0 {
      series[slot].cached.removeFirst(count)
    }
  }

  /// Notes that samples before an instant are removed; returns `true` if the slot was found empty
  /// more than once.
  mutating func expire(_ slot: Int, before expiry: Int64) -> Bool {
    if let newest = series[slot].newest, newest >= expiry || series[slot].open.count > 0 {
      series[slot].emptyRounds = 0
      if let oldest = series[slot].oldest, oldest < expiry { series[slot].oldest = expiry }
      return false
    }
    if !series[slot].cached.isEmpty { return false }
    series[slot].oldest = nil
    // A series that was just added gets its first sample with the batch that is on its way.
    series[slot].emptyRounds = min(series[slot].emptyRounds + 1, 100)
    return series[slot].emptyRounds > 1
  }
}
