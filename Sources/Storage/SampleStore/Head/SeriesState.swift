import StorageAPI

/// The head's state of one series; small, because there is one per series in one array.
struct SeriesState: Sendable {
  /// Samples since the last sealed chunk.
  var open = OpenChunk()
  /// In how many maintenance rounds the series was empty; placed here it takes no extra space.
  var emptyRounds: UInt8 = 0
  /// The first batch with one of them; the WAL is needed from there on.
  var openSequence: Int64 = .max
  /// The chunks sealed last, in order of time, without gaps up to the open one; older ones are in
  /// the database only.
  var cached: [SealedChunk] = []
  // Optionals would take twice the space.
  private(set) var oldestTime = Int64.max
  private var sealedTime = Int64.min

  /// The result of appending a sample.
  enum Verdict {
    case appended, repeated, tooOld, duplicate, full
  }

  /// The time of the oldest sample anywhere; `nil` if there are none.
  var oldest: Int64? {
    get { oldestTime == .max ? nil : oldestTime }
    set { oldestTime = newValue ?? .max }
  }

  /// The time of the last sample in a sealed chunk; `nil` if there are none.
  var sealedThrough: Int64? {
    get { sealedTime == .min ? nil : sealedTime }
    set { sealedTime = newValue ?? .min }
  }

  /// The time of the last sample; `nil` if there are none.
  var newest: Int64? { open.count > 0 ? open.last : sealedThrough }

  /// The time of the last sample; the earliest of all times if there are none.
  @inline(__always)
  var newestTime: Int64 { open.count > 0 ? open.last : sealedTime }

  /// The time from which on all samples are in memory.
  var inMemoryFrom: Int64 {
    cached.first?.first ?? (open.count > 0 ? open.first : .max)
  }

  /// Appends a sample, unless the open chunk is full and the sample is later than all of it.
  ///
  /// Codes go into `pool`, which must always be the same.
  mutating func take(
    _ timestamp: Int64, _ value: UInt64, capacity: Int, in pool: inout WordPool
  ) -> Verdict {
    if open.count > 0 {
      if timestamp > open.last {
        if open.count >= capacity { return .full }
        open.append(timestamp, value, in: &pool)
        return .appended
      }
      if timestamp == open.last { return value == open.lastValue ? .repeated : .duplicate }
    }
    if let sealedThrough, timestamp <= sealedThrough { return compare(timestamp, value) }
    if open.count > 0 { return insertLate(timestamp, value, in: &pool) }
    open.append(timestamp, value, in: &pool)
    if oldest == nil { oldest = timestamp }
    return .appended
  }

  /// Whether a sample is later than those of the open chunk, which is not empty: then nothing but
  /// the chunk changes.
  @inline(__always)
  func goesOn(at timestamp: Int64) -> Bool { open.count > 0 && timestamp > open.last }

  /// Whether, in addition, the chunk has capacity for it.
  @inline(__always)
  func goesOn(at timestamp: Int64, slot: Int, full: Int) -> Bool {
    goesOn(at: timestamp) && open.count < capacity(slot: slot, full: full)
  }

  /// Appends a sample of a batch, and notes that the WAL is needed from there on.
  @inline(__always)
  mutating func take(
    _ timestamp: Int64, _ value: UInt64, sequence: Int64, slot: Int, full: Int,
    in pool: inout WordPool
  ) -> Verdict {
    let capacity = capacity(slot: slot, full: full)
    let verdict = take(timestamp, value, capacity: capacity, in: &pool)
    if verdict == .appended, sequence < openSequence { openSequence = sequence }
    return verdict
  }

  /// The number of samples that the open chunk may get.
  ///
  /// The first chunk of a series is shorter, by a different length for each group of neighbours, so
  /// that series that began together are not all sealed in the same commit for ever; neighbours
  /// are, because their chunks share pages.
  @inline(__always)
  private func capacity(slot: Int, full: Int) -> Int {
    if open.count < full / 2 || sealedTime != .min { return full }
    return max(1, full - ((slot >> 7) &* 31) % max(1, full / 2))
  }

  /// Inserts an out-of-order sample into the open chunk, which is encoded again.
  private mutating func insertLate(
    _ timestamp: Int64, _ value: UInt64, in pool: inout WordPool
  ) -> Verdict {
    var columns = SampleColumns()
    let words = open.words(in: pool)
    open.read(words.span, from: .min, through: .max, into: &columns)
    let place = columns.timestamps.firstIndex { $0 >= timestamp } ?? columns.count
    if place < columns.count, columns.timestamps[place] == timestamp {
      return columns.values[place].bitPattern == value ? .repeated : .duplicate
    }
    columns.timestamps.insert(timestamp, at: place)
    columns.values.insert(Double(bitPattern: value), at: place)
    open.free(in: &pool)
    open = OpenChunk(columns, in: &pool)
    oldest = min(oldest ?? timestamp, timestamp)
    return .appended
  }

  /// Whether a sample from before the open chunk repeats one that is still in memory.
  private func compare(_ timestamp: Int64, _ value: UInt64) -> Verdict {
    var columns = SampleColumns()
    for chunk in cached {
      _ = chunk.read(from: timestamp, through: timestamp, into: &columns)
    }
    guard let known = columns.values.first else { return .tooOld }
    return known.bitPattern == value ? .repeated : .duplicate
  }
}
