import MetricModel
import SQLiteStorage
import StorageAPI

/// The newest samples of all series.
///
/// A plain value without locks, clocks or files: what has to be written is returned to the caller,
/// `SampleStore`. The label sets are in the `SeriesCatalog`. No operation takes longer the more
/// series there are, so no batch waits for long.
struct Head: Sendable {
  /// The state of each slot; slots of removed series are reused.
  var series: [SeriesState] = []
  /// The codes of all open chunks.
  var words = WordPool()
  /// Out-of-order samples by slot; few series have any.
  var late: [UInt32: OutOfOrderSamples] = [:]
  /// The newest sample time of all series; the out-of-order window ends here.
  var newestTime = Int64.min
  /// The database number of each slot; 0 where there is no series.
  private(set) var keys: [Int64] = []
  /// How often each slot was assigned; part of the `SeriesID`, so that an old number is not taken
  /// for a new series.
  private(set) var generations: [UInt32] = []
  /// Counters; `SampleStore` fills in the gauges.
  var stats = SampleStoreStats()
  /// The number of cached chunks.
  var cachedChunks = 0
  var cachedBytes = 0

  /// The most series examined under one lock, batches excepted; it does not grow with the number of
  /// series.
  private(set) var largestSlice = 0

  let settings: SampleStoreSettings
  /// Encodes the WAL records of a batch.
  var encoder = BatchEncoder()
  var lateEncoder = BatchEncoder(kind: .late)
  private var freeSlots: [UInt32] = []
  private var nextKey: Int64 = 1
  private var nextSequence: Int64 = 1
  var nextChunk: Int64 = 1

  init(settings: SampleStoreSettings) { self.settings = settings }

  /// Reserves address space for so many series, which is used only as they come: growing would move
  /// all of them at once.
  mutating func reserve(_ count: Int) {
    series.reserveCapacity(count)
    keys.reserveCapacity(count)
    generations.reserveCapacity(count)
  }

  /// The slot of a series number; `nil` if it is not known, or not any more.
  @inline(always)
  func slot(of id: SeriesID) -> Int? { Self.slot(of: id, generations.span) }

  @inline(always)
  static func slot(of id: SeriesID, _ generations: Span<UInt32>) -> Int? {
    let slot = Int(truncatingIfNeeded: id.rawValue & 0xffff_ffff)
    let generation = UInt32(truncatingIfNeeded: id.rawValue >> 32)
    return slot < generations.count && generations[slot] == generation ? slot : nil
  }

  /// Assigns a slot and the next database number to a new series.
  mutating func takeSlot() -> (slot: UInt32, key: Int64) {
    let key = nextKey
    return (takeSlot(key: key), key)
  }

  /// Assigns a slot to a series with its database number.
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

  /// Notes how many series are examined while the lock is held.
  mutating func note(slice count: Int) { largestSlice = max(largestSlice, count) }

  /// Removes the samples of series; their slots become free.
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

  /// Returns the sequence number of the next batch and advances it.
  mutating func takeSequence() -> Int64 {
    defer { nextSequence += 1 }
    return nextSequence
  }

  /// The sequence number of the next batch.
  var upcomingSequence: Int64 { nextSequence }

  /// Prevents numbers that are in the database from being assigned again.
  mutating func skip(sequence: Int64, key: Int64) {
    nextSequence = max(nextSequence, sequence &+ 1)
    nextKey = max(nextKey, key &+ 1)
  }

  /// The series ID of a slot.
  func id(of slot: UInt32) -> SeriesID {
    SeriesID(rawValue: UInt64(generations[Int(slot)]) << 32 | UInt64(slot))
  }
}
