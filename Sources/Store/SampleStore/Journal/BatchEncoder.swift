import StateDatabase

/// Writes the samples of a batch as one journal row.
///
/// Layout: the byte 1; then per sample the change of the series number and of the time (signed varints), and the value
/// (varint of its bits with the bytes reversed, so that round numbers are short). A scrape writes about 1 byte for
/// the number, 1 for the time and 1 to 10 for the value.
struct BatchEncoder {
  /// The version of the layout.
  static let version: UInt8 = 1

  private var bytes: [UInt8] = []
  private var series: Int64 = 0
  private var timestamp: Int64 = 0

  init(sampleCount: Int) {
    bytes.reserveCapacity(sampleCount * 6 + 16)
    bytes.append(Self.version)
  }

  /// Whether no sample was added.
  var isEmpty: Bool { bytes.count == 1 }

  /// Adds a sample.
  mutating func append(_ series: Int64, _ timestamp: Int64, _ value: UInt64) {
    Varint.appendSigned(series &- self.series, to: &bytes)
    Varint.appendSigned(timestamp &- self.timestamp, to: &bytes)
    Varint.append(value.byteSwapped, to: &bytes)
    self.series = series
    self.timestamp = timestamp
  }

  /// The finished row.
  func row(sequence: Int64) -> JournalRow {
    JournalRow(sequence: sequence, checksum: Checksum.of(bytes), samples: bytes)
  }
}

/// Reads what a `BatchEncoder` wrote.
enum BatchDecoder {
  /// Calls `body` with series number, time and value bits of each sample; false if the row is damaged, and then for
  /// none of its samples unless the damage hides from the checksum.
  static func decode(_ row: JournalRow, _ body: (Int64, Int64, UInt64) -> Void) -> Bool {
    guard row.samples.first == BatchEncoder.version, Checksum.of(row.samples) == row.checksum
    else { return false }
    let bytes = row.samples.span
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
