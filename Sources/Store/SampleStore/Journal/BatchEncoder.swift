import MetricModel
import StateDatabase

/// Writes the samples of a batch as one journal row.
///
/// Layout: a byte for the kind; then per sample one byte that tells what follows: its low four bits how many bytes of the
/// value, which stand with the most significant first and without the zeros at the end; bit 4 that the series is not the one after the
/// last, bit 5 that the time is another than the last one, and then the change as a signed varint, each. A scrape takes 1 to 9
/// bytes per sample.
struct BatchEncoder {
  /// What the samples of a row are; the first byte of the row.
  enum Kind: UInt8 {
    /// In order: behind what their series have sealed.
    case samples = 3
    /// Late: for times over which a chunk was sealed before.
    case late = 4
  }

  static let otherSeries: UInt8 = 0x10
  static let otherTime: UInt8 = 0x20

  /// What a sample takes at most: a byte, two changes and the value.
  private static let longest = 32

  /// What is written, and room behind it.
  private var bytes: [UInt8]
  private var end = 1
  private var series: Int64 = 0
  private var timestamp: Int64 = 0
  private var changes: [UInt8] = []

  init(kind: Kind = .samples, sampleCount: Int = 0) {
    bytes = [UInt8](repeating: 0, count: sampleCount * 9 + Self.longest)
    bytes[0] = kind.rawValue
  }

  /// Whether no sample was added.
  var isEmpty: Bool { end == 1 }

  /// Adds a sample.
  ///
  /// - Complexity: O(1) amortised.
  mutating func append(_ series: Int64, _ timestamp: Int64, _ value: UInt64) {
    if bytes.count - end < Self.longest {
      bytes.append(contentsOf: repeatElement(0, count: bytes.count))
    }
    let count = (71 - value.trailingZeroBitCount) / 8
    let seriesChange = series &- self.series &- 1
    let timeChange = timestamp &- self.timestamp
    if seriesChange | timeChange == 0 {
      write(UInt8(truncatingIfNeeded: count), value.bigEndian)
    } else {
      append(seriesChange, timeChange, value, byteCount: count)
    }
    end += count
    self.series = series
    self.timestamp = timestamp
  }

  /// Writes a byte and a word, of which only the bytes that the caller counts are kept: that takes no branch.
  @inline(__always)
  private mutating func write(_ head: UInt8, _ word: UInt64) {
    let place = end
    var room = bytes.mutableSpan
    precondition(place >= 0 && place <= room.count - 9, "there is room for the longest sample")
    room[place] = head
    for index in 0..<8 {
      room[place &+ index &+ 1] = UInt8(truncatingIfNeeded: word >> UInt64(8 * index))
    }
    end = place + 1
  }

  private mutating func append(
    _ seriesChange: Int64, _ timeChange: Int64, _ value: UInt64, byteCount: Int
  ) {
    var head = UInt8(truncatingIfNeeded: byteCount)
    changes.removeAll(keepingCapacity: true)
    if seriesChange != 0 {
      head |= Self.otherSeries
      Varint.appendSigned(seriesChange, to: &changes)
    }
    if timeChange != 0 {
      head |= Self.otherTime
      Varint.appendSigned(timeChange, to: &changes)
    }
    for byte in changes {
      write(head, 0)
      head = byte
    }
    write(head, value.bigEndian)
  }

  /// The finished row.
  func row(sequence: Int64) -> JournalRow {
    let samples = Array(bytes[..<end])
    return JournalRow(sequence: sequence, checksum: Checksum.of(samples), samples: samples)
  }
}

/// Reads what a `BatchEncoder` wrote.
enum BatchDecoder {
  /// Calls `body` with kind, series number, time and value bits of each sample; false if the row is damaged, and then for
  /// none of its samples unless the damage hides from the checksum.
  static func decode(
    _ row: JournalRow, _ body: (BatchEncoder.Kind, Int64, Int64, UInt64) -> Void
  ) -> Bool {
    guard Checksum.of(row.samples) == row.checksum, let first = row.samples.first else {
      return false
    }
    // Version 0.1 wrote another layout, without late samples.
    if first == 1 { return decodeFirstLayout(row.samples.span) { body(.samples, $0, $1, $2) } }
    guard let kind = BatchEncoder.Kind(rawValue: first) else { return false }
    let bytes = row.samples.span
    var position = 1
    var series: Int64 = 0
    var timestamp: Int64 = 0
    while position < bytes.count {
      let head = bytes[position]
      position += 1
      series &+= 1
      if head & BatchEncoder.otherSeries != 0 {
        guard let change = Varint.readSigned(bytes, at: &position) else { return false }
        series &+= change
      }
      if head & BatchEncoder.otherTime != 0 {
        guard let change = Varint.readSigned(bytes, at: &position) else { return false }
        timestamp &+= change
      }
      let count = Int(head & 0x0f)
      guard head < 0x40, count <= 8, position + count <= bytes.count else { return false }
      var value: UInt64 = 0
      for place in 0..<count {
        value |= UInt64(bytes[position + place]) << UInt64(56 - 8 * place)
      }
      position += count
      body(kind, series, timestamp, value)
    }
    return true
  }

  private static func decodeFirstLayout(
    _ bytes: Span<UInt8>, _ body: (Int64, Int64, UInt64) -> Void
  ) -> Bool {
    var position = 1
    var series: Int64 = 0
    var timestamp: Int64 = 0
    while position < bytes.count {
      guard let seriesChange = Varint.readSigned(bytes, at: &position),
        let timeChange = Varint.readSigned(bytes, at: &position),
        let value = Varint.read(bytes, at: &position)
      else { return false }
      series &+= seriesChange
      timestamp &+= timeChange
      body(series, timestamp, value.byteSwapped)
    }
    return true
  }
}
