import StorageAPI

/// The way back from the codes of an `OpenChunk`.
enum SampleDecoder {
  /// Appends the samples with times in `from...through` to the columns; false if the codes make no sense.
  ///
  /// Zeros at the end of the codes may be missing: a series that does not change takes no room.
  ///
  /// - Complexity: O(count); samples before the range are decoded too, those after it are not.
  static func decode(
    _ words: Span<UInt64>, tail: UInt64 = 0, count: Int, first: Int64, from: Int64, through: Int64,
    into columns: inout SampleColumns
  ) -> Bool {
    var reader = BitReader(words, tail: tail)
    var timestamp = first
    var delta: Int64 = 0
    var value: UInt64 = 0
    var width = 0
    var trailing = 0
    for index in 0..<count {
      if index > 0 {
        delta &+= readChange(&reader)
        timestamp &+= delta
      }
      if timestamp > through { break }
      if reader.readBit() {
        if reader.readBit() {
          let header = reader.read(11)
          width = Int(header & 63) + 1
          trailing = 64 - Int(header >> 6) - width
        }
        // Only damaged codes have no window yet, or one that is too wide.
        guard width > 0, trailing >= 0 else { return false }
        value ^= reader.read(width) << UInt64(trailing)
      }
      if timestamp >= from {
        columns.timestamps.append(timestamp)
        columns.values.append(Double(bitPattern: value))
      }
    }
    return true
  }

  private static func readChange(_ reader: inout BitReader) -> Int64 {
    if !reader.readBit() { return 0 }
    if !reader.readBit() { return reader.readSigned(7) }
    if !reader.readBit() { return reader.readSigned(14) }
    if !reader.readBit() { return reader.readSigned(20) }
    if !reader.readBit() { return reader.readSigned(32) }
    return reader.readSigned(64)
  }
}
