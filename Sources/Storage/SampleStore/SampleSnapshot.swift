import MetricModel
import StorageAPI

/// A series as it was at the time of the selection.
struct SnapshotSeries: Sendable {
  /// The time of its last sample; later ones are in no answer. The earliest of all times if no
  /// samples are wanted.
  var newest: Int64
  /// Which of the series that had the slot it is.
  var generation: UInt32

  /// Whether it may have samples in the range of the selection.
  var isInside: Bool { newest != .min }
}

/// The samples of some series as they were when the snapshot was taken; reading takes no lock
/// unless older chunks come from the database.
struct SampleSnapshot: Sendable {
  /// What most series have: an open chunk. Plain numbers, so that nothing is reference-counted or
  /// freed.
  private struct Newest {
    var first: Int64
    var last: Int64
    var lastValue: UInt64
    var count: UInt32
    /// Where its codes end; they begin where those of the previous series end.
    var codesEnd: UInt32
  }

  /// What few queries need in addition.
  private struct Older {
    var sealed: [SealedChunk] = []
    var late: SampleColumns?
    /// The time from which on all samples are in memory.
    var inMemoryFrom = Int64.max
    /// The index among the chunks that are in the database only; `nil` if none are wanted.
    var disk: Int?
  }

  /// The index of the first series.
  private(set) var start = 0
  /// Whether the codes were copied; the newest samples are known without them.
  private(set) var hasCodes = false
  private var newest: [Newest] = []
  private var codes: [UInt64] = []
  private var older: [Int: Older] = [:]
  private var disk: DiskChunks?

  /// One past the index of the last series.
  var end: Int { start + newest.count }

  /// Takes a snapshot of series from an index on.
  ///
  /// `makeDisk` is called if older chunks may come from the database.
  mutating func take(
    _ places: Range<Int>, of found: FoundSeries, _ held: [SnapshotSeries], in head: Head,
    from: Int64,
    through: Int64, withCodes: Bool, _ makeDisk: () -> DiskChunks
  ) {
    start = places.lowerBound
    hasCodes = withCodes
    newest.removeAll(keepingCapacity: true)
    codes.removeAll(keepingCapacity: true)
    if !older.isEmpty { older.removeAll() }
    disk = nil
    let states = head.series.span
    for place in places {
      let slot = Int(found.slots[place])
      guard held[place].isInside, head.generations[slot] == held[place].generation else {
        newest.append(
          Newest(first: 0, last: 0, lastValue: 0, count: 0, codesEnd: UInt32(codes.count)))
        continue
      }
      if withCodes { states[slot].open.codes.copy(from: head.words, to: &codes) }
      newest.append(
        Newest(
          first: states[slot].open.first, last: states[slot].open.last,
          lastValue: states[slot].open.lastValue, count: UInt32(states[slot].open.count),
          codesEnd: UInt32(codes.count)))
      let openFirst = states[slot].open.count > 0 ? states[slot].open.first : .max
      let hasOlder = from < openFirst && states[slot].oldestTime < openFirst
      if !hasOlder && (head.late.isEmpty || head.late[UInt32(slot)] == nil) { continue }
      takeOlder(place, states[slot], slot, head, from: from, through: through, makeDisk)
    }
  }

  private mutating func takeOlder(
    _ place: Int, _ state: SeriesState, _ slot: Int, _ head: Head, from: Int64, through: Int64,
    _ makeDisk: () -> DiskChunks
  ) {
    var part = Older()
    part.sealed = state.cached
    part.late = head.late[UInt32(slot)]?.columns
    part.inMemoryFrom = state.inMemoryFrom
    if let oldest = state.oldest, oldest < part.inMemoryFrom, from < part.inMemoryFrom {
      let chunks = disk ?? makeDisk()
      disk = chunks
      part.disk = chunks.add(head.keys[slot], through: min(through, part.inMemoryFrom - 1))
    }
    guard part.disk != nil || part.late != nil || !part.sealed.isEmpty else { return }
    older[place] = part
  }

  /// The newest sample of a series; `nil` if it has to be read.
  func newest(_ place: Int) -> (timestamp: Int64, value: Double)? {
    let one = newest[place - start]
    guard one.count > 0 else { return nil }
    return (one.last, Double(bitPattern: one.lastValue))
  }

  /// Appends the samples of a series with times in `from...through` to the columns.
  func read(
    _ place: Int, from: Int64, through: Int64, into columns: inout SampleColumns
  ) throws(StorageError) {
    if older.isEmpty { return readOpen(place, from, through, into: &columns) }
    guard let older = older[place] else { return readOpen(place, from, through, into: &columns) }
    guard let late = older.late else {
      return try readOrdered(place, older, from, through, into: &columns)
    }
    var ordered = SampleColumns()
    try readOrdered(place, older, from, through, into: &ordered)
    let merged = SampleColumns.merging(ordered, late.within(from, through))
    columns.timestamps += merged.timestamps
    columns.values += merged.values
  }

  private func readOrdered(
    _ place: Int, _ older: Older, _ from: Int64, _ through: Int64,
    into columns: inout SampleColumns
  ) throws(StorageError) {
    if let disk, let series = older.disk, from < older.inMemoryFrom {
      // What is in memory is in the database as well.
      let end = min(through, older.inMemoryFrom - 1)
      for chunk in try disk.chunks(at: series)
      where !chunk.read(from: from, through: end, into: &columns) {
        disk.foundDamage(chunk)
      }
    }
    for chunk in older.sealed { _ = chunk.read(from: from, through: through, into: &columns) }
    readOpen(place, from, through, into: &columns)
  }

  private func readOpen(
    _ place: Int, _ from: Int64, _ through: Int64, into columns: inout SampleColumns
  ) {
    let index = place - start
    let one = newest[index]
    guard one.count > 0, one.first <= through, one.last >= from else { return }
    let begin = index == 0 ? 0 : Int(newest[index - 1].codesEnd)
    let isSound = SampleDecoder.decode(
      codes.span.extracting(begin..<Int(one.codesEnd)), hasTrack: true, count: Int(one.count),
      first: one.first, from: from, through: through, into: &columns)
    assert(isSound, "what is coded here can be decoded here")
  }
}
