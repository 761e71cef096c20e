import MetricModel
import SQLiteStorage
import StorageAPI
import Synchronization

extension SampleStore {
  /// Merges out-of-order samples into the sealed chunks of their time; samples between chunks get
  /// chunks of their own.
  ///
  /// Reading and encoding happen concurrently with ingestion. The new chunks replace the old ones
  /// in one transaction; after a crash before it the samples are in the WAL, after a crash behind
  /// it they are in both, which reads the same.
  func mergeLate() async throws(StorageError) {
    let slots = head.withLock { Array($0.late.keys) }.sorted()
    if slots.isEmpty { return }
    // Chunks that are not written yet could not be replaced.
    await writer.flush()
    if writer.status.failure != nil { return }
    for slot in slots {
      guard let (key, late) = head.withLock({ $0.outOfOrderSamples(of: slot) }) else { continue }
      guard let first = late.timestamps.first, let last = late.timestamps.last else { continue }
      let rows =
        try database.chunks(
          of: [(key, Timestamp(rawValue: last))], from: Timestamp(rawValue: first),
          damaged: { foundDamage($0) }
        ).first ?? []
      let merge = OutOfOrderMerge(rows, late, samplesPerChunk: settings.samplesPerChunk)
      let chunks = head.withLock { $0.seal(merge.pieces) }
      try await database.replace(
        merge.replaced, of: key, with: chunks.map { $0.row(of: key) })
      let end = max(last, merge.end)
      head.withLock { $0.noteMerged(late, slot: slot, key: key, through: end) }
    }
  }
}

/// An out-of-order sample for whose time there may be a sample on disk.
struct OutOfOrderArrival {
  let key: Int64
  let timestamp: Int64
  let value: UInt64
  /// Whether it was accepted; if not, because it is too old, it may still repeat a stored sample.
  let isAccepted: Bool
}

extension SampleStore {
  /// Counts the accepted samples for whose time the disk has another value, which takes precedence,
  /// and the rejected ones that repeat what the disk has.
  ///
  /// One read per series; what cannot be read counts as neither.
  func comparison(of arrivals: [OutOfOrderArrival]) -> (conflicts: Int, repeats: Int) {
    var conflicts = 0
    var repeats = 0
    for (key, late) in Dictionary(grouping: arrivals, by: \.key) {
      let times = late.map(\.timestamp)
      guard let first = times.min(), let last = times.max() else { continue }
      let rows = try? database.chunks(
        of: [(SeriesKey(rawValue: key), Timestamp(rawValue: last))],
        from: Timestamp(rawValue: first), damaged: { _ in })
      var known = SampleColumns()
      for chunk in rows?.first?.compactMap(SealedChunk.init) ?? [] {
        _ = chunk.read(from: first, through: last, into: &known)
      }
      var values: [Int64: UInt64] = [:]
      for place in known.timestamps.indices {
        values[known.timestamps[place]] = known.values[place].bitPattern
      }
      for sample in late {
        guard let value = values[sample.timestamp] else { continue }
        if sample.isAccepted, value != sample.value { conflicts += 1 }
        if !sample.isAccepted, value == sample.value { repeats += 1 }
      }
    }
    return (conflicts, repeats)
  }
}

/// The merge of out-of-order samples with the chunks that they fall into.
struct OutOfOrderMerge {
  /// The first times of the chunks to be removed.
  private(set) var replaced: [Timestamp] = []
  /// The samples of the chunks to be added.
  private(set) var pieces: [SampleColumns] = []
  /// The last time in a chunk to be removed.
  private(set) var end = Int64.min

  init(_ rows: [ChunkRow], _ late: SampleColumns, samplesPerChunk: Int) {
    var from = Int64.min
    for row in rows {
      guard let chunk = SealedChunk(row) else { continue }
      if chunk.first > Int64.min {
        split(late.within(from, chunk.first - 1), at: samplesPerChunk)
      }
      let inside = late.within(max(from, chunk.first), chunk.last)
      var known = SampleColumns()
      // A damaged chunk stays as it is; its out-of-order samples get a chunk of their own.
      if inside.count > 0 {
        if chunk.read(from: .min, through: .max, into: &known) {
          replaced.append(row.first)
          end = max(end, chunk.last)
        } else {
          known = SampleColumns()
        }
        split(.merging(known, inside), at: samplesPerChunk * 2)
      }
      if chunk.last == Int64.max { return }
      from = chunk.last + 1
    }
    split(late.within(from, .max), at: samplesPerChunk)
  }

  private mutating func split(_ columns: SampleColumns, at limit: Int) {
    if columns.count == 0 { return }
    let parts = (columns.count + limit - 1) / limit
    let size = (columns.count + parts - 1) / parts
    for start in stride(from: 0, to: columns.count, by: size) {
      let range = start..<min(start + size, columns.count)
      var piece = SampleColumns()
      piece.timestamps = Array(columns.timestamps[range])
      piece.values = Array(columns.values[range])
      pieces.append(piece)
    }
  }
}

extension Head {
  /// The database number and the out-of-order samples of a slot.
  func outOfOrderSamples(of slot: UInt32) -> (SeriesKey, SampleColumns)? {
    late[slot].map { (SeriesKey(rawValue: keys[Int(slot)]), $0.columns) }
  }

  /// Appends a sample that is older than the open chunk, if it is in the window, and encodes it
  /// into a WAL record of its own kind.
  mutating func takeLate(
    _ timestamp: Int64, _ value: UInt64, slot: Int, sequence: Int64
  ) -> SeriesState.Verdict {
    let (oldest, overflow) = newestTime.subtractingReportingOverflow(
      settings.outOfOrderWindow.milliseconds)
    guard settings.outOfOrderWindow > .zero, overflow || timestamp >= oldest else { return .tooOld }
    let verdict = late[UInt32(slot), default: OutOfOrderSamples()].take(timestamp, value)
    if verdict == .appended {
      stats.samplesLate += 1
      noteLate(slot, at: timestamp, sequence: sequence)
    }
    return verdict
  }

  /// Restores an out-of-order sample from the WAL.
  mutating func replayLate(_ timestamp: Int64, _ value: UInt64, slot: Int, sequence: Int64) {
    stats.samplesReplayed += 1
    if let sealed = series[slot].sealedThrough, timestamp <= sealed {
      if late[UInt32(slot), default: OutOfOrderSamples()].take(timestamp, value) == .appended {
        noteLate(slot, at: timestamp, sequence: sequence)
      }
    } else if series[slot].take(timestamp, value, capacity: .max, in: &words) == .appended {
      series[slot].openSequence = min(series[slot].openSequence, sequence)
    }
  }

  private mutating func noteLate(_ slot: Int, at timestamp: Int64, sequence: Int64) {
    let known = late[UInt32(slot)]?.sequence ?? .max
    late[UInt32(slot)]?.sequence = min(known, sequence)
    series[slot].oldest = min(series[slot].oldest ?? timestamp, timestamp)
  }

  /// Seals samples as chunks with numbers of their own.
  mutating func seal(_ pieces: [SampleColumns]) -> [SealedChunk] {
    pieces.map { piece in
      defer { nextChunk += 1 }
      stats.chunksSealed += 1
      return SealedChunk(piece, number: nextChunk)
    }
  }

  /// Removes out-of-order samples that are in chunks now, and the cached chunks that these replace.
  mutating func noteMerged(_ merged: SampleColumns, slot: UInt32, key: SeriesKey, through: Int64) {
    let place = Int(slot)
    // The slot may have been reassigned to another series meanwhile.
    guard keys[place] == key.rawValue else { return }
    late[slot]?.remove(merged)
    if late[slot]?.isEmpty == true { late[slot] = nil }
    var count = 0
    for chunk in series[place].cached {
      guard chunk.first <= through else { break }
      cachedBytes -= chunk.byteCount
      count += 1
    }
    cachedChunks -= count
    if count > 0 { series[place].cached.removeFirst(count) }
  }
}
