import SQLiteStorage

/// A 64-bit check over what is kept on disk: any one changed word changes it.
///
/// It finds damage, it is no defence against intent; eight bytes per step, because it runs over every chunk that is read.
struct Checksum {
  private(set) var value: UInt64 = 0x9e37_79b9_7f4a_7c15

  /// All of it in four bytes.
  var folded: UInt32 { UInt32(folding: value) }

  /// Adds a word.
  mutating func combine(_ word: UInt64) {
    // Both steps can be undone, so two different words never give the same state.
    value = (value ^ word) &* 0xff51_afd7_ed55_8ccd
    value ^= value >> 32
  }

  /// The check of bytes and their number.
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
