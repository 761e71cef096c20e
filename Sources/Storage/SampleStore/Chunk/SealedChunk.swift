import MetricModel
import SQLiteStorage
import StorageAPI

/// Samples of one series that will not change any more.
struct SealedChunk: Sendable {
  /// The encoding of the samples; the raw values are stored in the database.
  enum Encoding: Int, Sendable {
    /// XOR coding, the `OpenChunk` of version 0.1.
    case differences = 1
    /// `DecimalChunk`.
    case decimals = 2
    /// `OpenChunk`.
    case track = 3
  }

  /// The position in the order of sealing since the start; 0 for a chunk that was read.
  let number: Int64
  /// The time of the first sample, in milliseconds.
  let first: Int64
  /// The time of the last sample, in milliseconds.
  let last: Int64
  /// The number of samples.
  let count: Int
  let encoding: Encoding
  private let words: [UInt64]

  /// Seals samples in increasing order of time, at least one.
  init(_ columns: SampleColumns, number: Int64) {
    var pool = WordPool()
    let chunk = OpenChunk(columns, in: &pool)
    self.init(sealing: chunk, words: chunk.words(in: pool), number: number)
  }

  /// Seals an open chunk with at least one sample, whose codes are `codes`.
  init(sealing chunk: OpenChunk, words codes: [UInt64], number: Int64) {
    precondition(chunk.count > 0, "an empty chunk cannot be sealed")
    self.number = number
    first = chunk.first
    last = chunk.last
    count = chunk.count
    let track = Self.withoutZeros(codes)
    // Predicted samples are short enough as they are; the other encoding takes at least two bits a
    // sample, too.
    if track.count * 64 > chunk.count * 3 {
      var columns = SampleColumns()
      chunk.read(codes.span, from: .min, through: .max, into: &columns)
      if let decimals = DecimalChunk.encode(columns).map({ Self.withoutZeros($0.words) }),
        decimals.count < track.count
      {
        encoding = .decimals
        words = decimals
        return
      }
    }
    encoding = .track
    words = track
  }

  /// Reads a chunk from the database; `nil` if it is damaged.
  init?(_ row: ChunkRow) {
    guard let encoding = Encoding(rawValue: row.encoding) else { return nil }
    number = row.number
    first = row.first.rawValue
    last = row.last.rawValue
    count = row.count
    self.encoding = encoding
    var words: [UInt64] = []
    words.reserveCapacity((row.samples.count + 7) / 8)
    for index in stride(from: 0, to: row.samples.count, by: 8) {
      var word: UInt64 = 0
      for place in index..<(index + 8) {
        word = word << 8 | UInt64(place < row.samples.count ? row.samples[place] : 0)
      }
      words.append(word)
    }
    self.words = words
    // Version 0.1 did not include the series in the checksum.
    guard checksum(of: row.series) == row.checksum || checksum.reduced == row.checksum, count > 0
    else { return nil }
  }

  /// The bytes in memory, without the struct itself.
  var byteCount: Int { words.count * 8 }

  /// The chunk as it is written.
  func row(of series: SeriesKey) -> ChunkRow {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(words.count * 8)
    for word in words {
      for shift in stride(from: 56, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
      }
    }
    // The decoder supplies zeros after the end by itself.
    while bytes.last == 0 { bytes.removeLast() }
    return ChunkRow(
      number: number, series: series, first: Timestamp(rawValue: first),
      last: Timestamp(rawValue: last), count: count, encoding: encoding.rawValue,
      checksum: checksum(of: series), samples: bytes)
  }

  /// Appends the samples with times in `from...through`; returns `false` if the chunk is damaged.
  func read(from: Int64, through: Int64, into columns: inout SampleColumns) -> Bool {
    guard first <= through, last >= from else { return true }
    switch encoding {
    case .differences, .track:
      return SampleDecoder.decode(
        words.span, hasTrack: encoding == .track, count: count, first: first, from: from,
        through: through, into: &columns)
    case .decimals:
      return DecimalChunk.decode(
        words.span, count: count, first: first, from: from, through: through, into: &columns)
    }
  }

  /// The checksum of a chunk and its series: a chunk must not turn up with another series.
  private func checksum(of series: SeriesKey) -> UInt32 {
    var checksum = checksum
    checksum.combine(UInt64(bitPattern: series.rawValue))
    return checksum.reduced
  }

  private var checksum: Checksum {
    var checksum = Checksum()
    for word in words { checksum.combine(word) }
    checksum.combine(UInt64(bitPattern: first))
    checksum.combine(UInt64(bitPattern: last))
    checksum.combine(UInt64(bitPattern: Int64(count)) << 8 | UInt64(encoding.rawValue))
    return checksum
  }

  /// The words without trailing zero words, in memory of just that size.
  private static func withoutZeros(_ words: [UInt64]) -> [UInt64] {
    var end = words.count
    while end > 0, words[end - 1] == 0 { end -= 1 }
    var exact: [UInt64] = []
    exact.reserveCapacity(end)
    exact.append(contentsOf: words[..<end])
    return exact
  }
}
