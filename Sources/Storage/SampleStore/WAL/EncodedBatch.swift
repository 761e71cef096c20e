import SQLiteStorage

/// The positions of the parts of a batch in the words of a record.
struct EncodedBatch {
  let kind: BatchEncoder.Kind
  private let sampleCount: Int
  private let steps: Range<Int>
  private let widths: Range<Int>
  let values: Range<Int>

  /// Parses the batch that begins at a word; `nil` if it is damaged.
  init?(_ words: Span<UInt64>, at start: Int) {
    let left = UInt64(words.count - start)
    guard left >= 2, let kind = BatchEncoder.Kind(rawValue: UInt8(words[start] >> 56)) else {
      return nil
    }
    let samples = words[start] & 0x00ff_ffff_ffff_ffff
    let (steps, values) = (words[start + 1] >> 32, words[start + 1] & 0xffff_ffff)
    let widths = (samples + 15) / 16
    guard 2 + steps + widths + values <= left else { return nil }
    self.kind = kind
    sampleCount = Int(samples)
    self.steps = (start + 2)..<(start + 2 + Int(steps))
    self.widths = self.steps.upperBound..<(self.steps.upperBound + Int(widths))
    self.values = self.widths.upperBound..<(self.widths.upperBound + Int(values))
  }

  /// Calls `body` with series number, time and value bits of each sample; returns `false` if the
  /// words are damaged.
  func decode(_ words: Span<UInt64>, _ body: (Int64, Int64, UInt64) -> Void) -> Bool {
    let widthWords = words.extracting(widths)
    var steps = BitReader(words.extracting(steps))
    var values = BitReader(words.extracting(values))
    var series: Int64 = 0
    var timestamp: Int64 = 0
    var place = 0
    while place < sampleCount {
      let count = steps.readSized()
      let seriesStep = ResidualCode.unzigzag(steps.readSized())
      let timeStep = ResidualCode.unzigzag(steps.readSized())
      guard count > 0, count <= UInt64(sampleCount - place) else { return false }
      for index in place..<(place + Int(count)) {
        series &+= seriesStep
        timestamp &+= timeStep
        let nibble = Int(
          (widthWords[index >> 4] &>> UInt64(truncatingIfNeeded: 60 &- 4 &* (index & 15))) & 15)
        guard let value = ValueCode.value(values.read(nibble: nibble), nibble: nibble) else {
          return false
        }
        body(series, timestamp, value)
      }
      if values.isBeyondEnd { return false }
      place += Int(count)
    }
    return true
  }
}

extension Checksum {
  /// The checksum of several batches in one record, made of theirs; that of a single one is its
  /// own.
  static func joining(_ checks: [UInt64]) -> UInt64 {
    if checks.count == 1 { return checks[0] }
    var joined = Checksum()
    for check in checks { joined.combine(check) }
    return joined.value
  }
}

extension WALRecord {
  /// A record grows by joining up to so many bytes: records then fill pages of the database, and
  /// damage is confined to one of them.
  static let joinedBytes = 64 << 10

  /// The same batches in fewer records; each has the sequence number of its last batch, so that it
  /// is removed when none of them is needed.
  static func joining(_ rows: [WALRecord]) -> [WALRecord] {
    if rows.count < 2 { return rows }
    var joined: [WALRecord] = []
    var start = 0
    var bytes = 0
    for (place, row) in rows.enumerated() {
      if place > start, bytes + row.samples.count > joinedBytes {
        joined.append(one(rows[start..<place], bytes))
        (start, bytes) = (place, 0)
      }
      bytes += row.samples.count
    }
    joined.append(one(rows[start...], bytes))
    return joined
  }

  private static func one(_ rows: ArraySlice<WALRecord>, _ bytes: Int) -> WALRecord {
    guard rows.count > 1, let last = rows.last else { return rows[rows.startIndex] }
    var samples: [UInt8] = []
    samples.reserveCapacity(bytes)
    for row in rows { samples.append(contentsOf: row.samples) }
    return WALRecord(
      sequence: last.sequence, checksum: Checksum.joining(rows.map(\.checksum)), samples: samples)
  }
}
