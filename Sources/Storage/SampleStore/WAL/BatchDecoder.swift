import Codecs
import MetricModel
import SQLiteStorage

/// Decodes the records of a `BatchEncoder`, and those of older versions.
enum BatchDecoder {
  /// Calls `body` with kind, series number, time and value bits of each sample; returns `false` if
  /// the record is damaged, and then calls it for none of its samples unless the checksum misses
  /// the damage.
  static func decode(
    _ row: WALRecord, _ body: (BatchEncoder.Kind, Int64, Int64, UInt64) -> Void
  ) -> Bool {
    guard let first = row.samples.first else { return false }
    if BatchEncoder.Kind(rawValue: first) != nil { return decodeBatches(row, body) }
    guard Checksum.of(row.samples) == row.checksum else { return false }
    let bytes = row.samples.span
    switch first {
    // Version 0.1 wrote another layout, without out-of-order samples.
    case 1: return decodeFirstLayout(bytes) { body(.samples, $0, $1, $2) }
    case 3: return decodeSecondLayout(bytes) { body(.samples, $0, $1, $2) }
    case 4: return decodeSecondLayout(bytes) { body(.late, $0, $1, $2) }
    default: return false
    }
  }

  private static func decodeBatches(
    _ row: WALRecord, _ body: (BatchEncoder.Kind, Int64, Int64, UInt64) -> Void
  ) -> Bool {
    guard let words = words(row.samples) else { return false }
    var batches: [EncodedBatch] = []
    var checks: [UInt64] = []
    var end = 0
    while end < words.count {
      guard let batch = EncodedBatch(words.span, at: end) else { return false }
      var checksum = Checksum()
      for place in end..<batch.values.upperBound { checksum.combine(words[place]) }
      checks.append(checksum.value)
      batches.append(batch)
      end = batch.values.upperBound
    }
    guard Checksum.joining(checks) == row.checksum else { return false }
    for batch in batches {
      guard batch.decode(words.span, { body(batch.kind, $0, $1, $2) }) else { return false }
    }
    return true
  }

  /// Bytes as words, most significant byte first; `nil` if the last word is incomplete.
  private static func words(_ bytes: [UInt8]) -> [UInt64]? {
    guard bytes.count % 8 == 0 else { return nil }
    var words: [UInt64] = []
    words.reserveCapacity(bytes.count / 8)
    let span = bytes.span
    for start in stride(from: 0, to: bytes.count, by: 8) {
      precondition(start >= 0 && start <= span.count - 8, "there is a whole word")
      var word: UInt64 = 0
      for index in 0..<8 { word = word << 8 | UInt64(span[start &+ index]) }
      words.append(word)
    }
    return words
  }

  /// Decodes the second layout: per sample a byte whose low four bits are the number of value bytes
  /// that follow (most significant first, without trailing zeros); bit 4 says that the series is
  /// not the next one, bit 5 that the time differs from the previous one; each is then followed by
  /// the change as a signed varint.
  private static func decodeSecondLayout(
    _ bytes: Span<UInt8>, _ body: (Int64, Int64, UInt64) -> Void
  ) -> Bool {
    decodeChanges(bytes, body) { position in
      let head = bytes[position]
      position += 1
      guard let series = head & 0x10 == 0 ? 0 : Varint.readSigned(bytes, at: &position),
        let time = head & 0x20 == 0 ? 0 : Varint.readSigned(bytes, at: &position)
      else { return nil }
      let count = Int(head & 0x0f)
      guard head < 0x40, count <= 8, position + count <= bytes.count else { return nil }
      var value: UInt64 = 0
      for place in 0..<count {
        value |= UInt64(bytes[position + place]) << UInt64(56 - 8 * place)
      }
      position += count
      return (series &+ 1, time, value)
    }
  }

  /// Decodes the first layout: per sample the changes of series and time as signed varints, and the
  /// value as a varint of its byte-reversed bits.
  private static func decodeFirstLayout(
    _ bytes: Span<UInt8>, _ body: (Int64, Int64, UInt64) -> Void
  ) -> Bool {
    decodeChanges(bytes, body) { position in
      guard let series = Varint.readSigned(bytes, at: &position),
        let time = Varint.readSigned(bytes, at: &position),
        let value = Varint.read(bytes, at: &position)
      else { return nil }
      return (series, time, value.byteSwapped)
    }
  }

  /// Calls `body` with the samples that the changes after the first byte describe; `read` returns
  /// the changes at a position, `nil` if there are none.
  private static func decodeChanges(
    _ bytes: Span<UInt8>, _ body: (Int64, Int64, UInt64) -> Void,
    _ read: (inout Int) -> (series: Int64, time: Int64, value: UInt64)?
  ) -> Bool {
    var position = 1
    var series: Int64 = 0
    var timestamp: Int64 = 0
    while position < bytes.count {
      guard let change = read(&position) else { return false }
      series &+= change.series
      timestamp &+= change.time
      body(series, timestamp, change.value)
    }
    return true
  }
}
