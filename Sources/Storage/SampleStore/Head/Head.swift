import MetricModel
import SQLiteStorage
import StorageAPI

/// The newest samples of all series.
///
/// A plain value without locks, clocks or files: what has to be written is handed back to the caller, `SampleStore`. Who the series are
/// knows the `SeriesCatalog`. Nothing here takes longer the more series there are, so that no batch waits for long.
struct Head: Sendable {
  /// The state of each slot; slots of removed series are used again.
  var series: [SeriesState] = []
  /// The codes of all open chunks.
  var words = WordPool()
  /// Late samples by slot; few series have any.
  var late: [UInt32: OutOfOrderSamples] = [:]
  /// The time of the newest sample of all; the window for late samples ends here.
  var newestTime = Int64.min
  /// The number in the database of each slot; 0 where there is no series.
  private(set) var keys: [Int64] = []
  /// How often each slot was given away; part of the `SeriesID`, so that an old number is not taken for a new series.
  private(set) var generations: [UInt32] = []
  /// Counters; the levels in it are filled in by `SampleStore`.
  var stats = SampleStoreStats()
  /// Cached chunks, and their bytes.
  var cachedChunks = 0
  var cachedBytes = 0

  /// The most series that were looked at, but for batches, without letting go of the lock; it does not grow with their number.
  private(set) var largestSlice = 0

  let settings: SampleStoreSettings
  /// Write the journal rows of a batch.
  var encoder = BatchEncoder()
  var lateEncoder = BatchEncoder(kind: .late)
  private var freeSlots: [UInt32] = []
  private var nextKey: Int64 = 1
  private var nextSequence: Int64 = 1
  var nextChunk: Int64 = 1

  init(settings: SampleStoreSettings) { self.settings = settings }

  /// Asks for room for so many series, which is taken up only as they come: growing would move all of them at once.
  mutating func reserve(_ count: Int) {
    series.reserveCapacity(count)
    keys.reserveCapacity(count)
    generations.reserveCapacity(count)
  }

  /// The slot of a series number; nil if it is not known, or not any more.
  @inline(always)
  func slot(of id: SeriesID) -> Int? { Self.slot(of: id, generations.span) }

  @inline(always)
  static func slot(of id: SeriesID, _ generations: Span<UInt32>) -> Int? {
    let slot = Int(truncatingIfNeeded: id.rawValue & 0xffff_ffff)
    let generation = UInt32(truncatingIfNeeded: id.rawValue >> 32)
    return slot < generations.count && generations[slot] == generation ? slot : nil
  }

  /// Gives a slot and the next number in the database to a new series.
  mutating func takeSlot() -> (slot: UInt32, key: Int64) {
    let key = nextKey
    return (takeSlot(key: key), key)
  }

  /// Gives a slot to a series with its number in the database.
  mutating func takeSlot(key: Int64) -> UInt32 {
    nextKey = max(nextKey, key &+ 1)
    if let slot = freeSlots.popLast() {
      keys[Int(slot)] = key
      return slot
    }
    series.append(SeriesState())
    keys.append(key)
    generations.append(0)
    return UInt32(series.count - 1)
  }

  /// Notes how many series are looked at while the lock is held.
  mutating func note(slice count: Int) { largestSlice = max(largestSlice, count) }

  /// Forgets the samples of series; their slots are given away again.
  mutating func remove(_ removed: [UInt32]) {
    note(slice: removed.count)
    for slot in removed {
      let place = Int(slot)
      cachedChunks -= series[place].cached.count
      cachedBytes -= series[place].cached.reduce(0) { $0 + $1.byteCount }
      series[place].open.free(in: &words)
      series[place] = SeriesState()
      late[slot] = nil
      keys[place] = 0
      generations[place] &+= 1
      freeSlots.append(slot)
    }
    stats.seriesRemoved += removed.count
  }

  /// Numbers the next batch.
  mutating func takeSequence() -> Int64 {
    defer { nextSequence += 1 }
    return nextSequence
  }

  /// The number that the next batch gets.
  var upcomingSequence: Int64 { nextSequence }

  /// Keeps numbers that are in the database from being given again.
  mutating func skip(sequence: Int64, key: Int64) {
    nextSequence = max(nextSequence, sequence &+ 1)
    nextKey = max(nextKey, key &+ 1)
  }

  /// The number of the series that has a slot.
  func id(of slot: UInt32) -> SeriesID {
    SeriesID(rawValue: UInt64(generations[Int(slot)]) << 32 | UInt64(slot))
  }
}
