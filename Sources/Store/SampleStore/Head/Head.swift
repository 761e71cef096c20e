import MetricModel
import StateDatabase
import StorageAPI

/// All series in memory: their labels, their index, their newest samples.
///
/// A plain value without locks, clocks or files: what has to be written is handed back to the caller, `SampleStore`.
struct Head: Sendable {
  /// The state of each slot; slots of removed series are used again.
  var series: [SeriesState] = []
  /// The codes of all open chunks.
  var words = WordPool()
  /// Late samples by slot; few series have any.
  var late: [UInt32: LateSamples] = [:]
  /// The time of the newest sample of all; the window for late samples ends here.
  var newestTime = Int64.min
  /// The labels of each slot.
  private(set) var labels: [Labels] = []
  /// The number in the database of each slot.
  private(set) var keys: [Int64] = []
  /// How often each slot was given away; part of the `SeriesID`, so that an old number is not taken for a new series.
  private(set) var generations: [UInt32] = []
  /// Counters; the levels in it are filled in by `SampleStore`.
  var stats = SampleStoreStats()
  /// Cached chunks, and their bytes.
  var cachedChunks = 0
  var cachedBytes = 0

  let settings: SampleStoreSettings
  private(set) var index = LabelIndex()
  private var order = SeriesOrder()
  private var slots = SlotTable()
  private var freeSlots: [UInt32] = []
  private var selections = SelectionCache()
  private var nextKey: Int64 = 1
  private var nextSequence: Int64 = 1
  var nextChunk: Int64 = 1

  init(settings: SampleStoreSettings) { self.settings = settings }

  /// How many series there are.
  var seriesCount: Int { slots.count }

  /// The slots in use, in ascending order.
  var usedSlots: [UInt32] { index.all }

  /// The slot of a series number; nil if it is not known, or not any more.
  @inline(always)
  func slot(of id: SeriesID) -> Int? {
    let slot = Int(truncatingIfNeeded: id.rawValue & 0xffff_ffff)
    guard slot < generations.count, generations[slot] == UInt32(id.rawValue >> 32) else {
      return nil
    }
    return slot
  }

  /// The numbers of series, made where they are new; those are also added to `writes`.
  ///
  /// Either all are made or none, if there would be more than `maximumSeries`.
  mutating func series(
    for wanted: [Labels], adding writes: inout JournalWrites
  ) throws(StorageError) -> [SeriesID] {
    var ids: [SeriesID] = []
    ids.reserveCapacity(wanted.count)
    var unknown: [Int] = []
    for (place, one) in wanted.enumerated() {
      if let slot = slots.slot(of: one, in: labels) {
        ids.append(id(of: slot))
      } else {
        unknown.append(place)
        ids.append(SeriesID(rawValue: .max))
      }
    }
    if unknown.isEmpty { return ids }
    let distinct = Set(unknown.map { wanted[$0] }).count
    guard slots.count + distinct <= settings.maximumSeries else {
      stats.seriesLimitReached += 1
      throw .limitReached(limit: "--storage.max-series", value: settings.maximumSeries)
    }
    for place in unknown {
      let new = wanted[place]
      if let slot = slots.slot(of: new, in: labels) {
        ids[place] = id(of: slot)
      } else {
        let key = nextKey
        let slot = insert(new, key: key)
        ids[place] = id(of: slot)
        stats.seriesCreated += 1
        writes.newSeries.append(
          SeriesRow(
            key: SeriesKey(rawValue: key), labels: new.packed,
            checksum: UInt32(folding: Checksum.of(new.packed))))
      }
    }
    return ids
  }

  /// Adds a series with its number in the database.
  @discardableResult
  mutating func insert(_ newLabels: Labels, key: Int64) -> UInt32 {
    let slot: UInt32
    if let free = freeSlots.popLast() {
      slot = free
      series[Int(slot)] = SeriesState()
      labels[Int(slot)] = newLabels
      keys[Int(slot)] = key
    } else {
      slot = UInt32(series.count)
      series.append(SeriesState())
      labels.append(newLabels)
      keys.append(key)
      generations.append(0)
    }
    slots.insert(slot, in: labels)
    index.insert(slot, newLabels)
    order.insert(slot)
    selections.removeAll()
    nextKey = max(nextKey, key + 1)
    return slot
  }

  /// Forgets series, in the order of their slots, which are given away again.
  mutating func remove(_ removed: [UInt32]) {
    if removed.isEmpty { return }
    index.remove(removed.map { ($0, labels[Int($0)]) })
    for slot in removed {
      let place = Int(slot)
      slots.remove(slot, in: labels)
      cachedChunks -= series[place].cached.count
      cachedBytes -= series[place].cached.reduce(0) { $0 + $1.byteCount }
      series[place].open.free(in: &words)
      series[place] = SeriesState()
      late[slot] = nil
      labels[place] = .empty
      generations[place] &+= 1
      freeSlots.append(slot)
    }
    order.remove(removed)
    selections.removeAll()
    stats.seriesRemoved += removed.count
  }

  /// The slots of the series that fulfil all matchers, in the order of their labels.
  mutating func select(_ matchers: [LabelMatcher]) -> [UInt32] {
    if let known = selections[matchers] { return known }
    var found = index.select(matchers, labels: labels)
    order.sort(&found, labels: labels)
    selections.remember(found, for: matchers)
    return found
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

  private func id(of slot: UInt32) -> SeriesID {
    SeriesID(rawValue: UInt64(generations[Int(slot)]) << 32 | UInt64(slot))
  }
}
