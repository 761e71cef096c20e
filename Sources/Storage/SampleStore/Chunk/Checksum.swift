import SQLiteStorage

/// A 64-bit checksum of stored data: any single changed word changes it.
///
/// It detects damage and is no defence against intent; eight bytes per step, because every chunk
/// that is read is checked.
struct Checksum {
  private(set) var value: UInt64 = 0x9e37_79b9_7f4a_7c15

  /// The checksum reduced to four bytes.
  var reduced: UInt32 { UInt32(reducing: value) }

  /// Adds a word.
  mutating func combine(_ word: UInt64) {
    // Both steps are invertible, so two different words never give the same state.
    value = (value ^ word) &* 0xff51_afd7_ed55_8ccd
    value ^= value >> 32
  }

  /// The checksum of bytes and their count.
  static func of(_ bytes: [UInt8]) -> UInt64 {
    var checksum = Checksum()
    var index = 0
    while index < bytes.count {
      var word: UInt64 = 0
      let end = min(index + 8, bytes.count)
      for place in index..<end { word = word << 8 | UInt64(bytes[place]) }
      checksum.combine(word)
      index = end
    }
    checksum.combine(UInt64(bytes.count))
    return checksum.value
  }
}
