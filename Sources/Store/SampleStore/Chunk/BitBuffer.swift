/// Bits in a row, packed into 64-bit words from the most significant bit down.
struct BitBuffer: Sendable {
  /// The words; bits behind the last one are zero.
  private(set) var words: [UInt64] = []
  /// How many bits were written.
  var bitCount: Int { Int(written) }

  private var written: UInt32 = 0

  /// Appends the low `count` bits of a value, whose other bits must be zero; `count` is from 1 to 64.
  ///
  /// - Complexity: O(1) amortised.
  mutating func append(_ value: UInt64, bits count: Int) {
    assert(count > 0 && count <= 64 && (count == 64 || value >> UInt64(count) == 0))
    let free = words.count * 64 - Int(written)
    written += UInt32(count)
    if free == 0 {
      push(value << UInt64(64 - count))
      return
    }
    let last = words.count - 1
    if count <= free {
      words[last] |= value << UInt64(free - count)
    } else {
      words[last] |= value >> UInt64(count - free)
      push(value << UInt64(64 - (count - free)))
    }
  }

  /// Appends a word; there is a buffer per series, so it grows by a quarter, not to twice its size.
  @inline(__always)
  private mutating func push(_ word: UInt64) {
    if words.count == words.capacity {
      words.reserveCapacity(words.count + max(4, words.count / 4))
    }
    words.append(word)
  }
}

/// Reads what a `BitBuffer` holds; behind the end there are zeros without end.
struct BitReader: ~Escapable {
  private let words: Span<UInt64>
  private var position = 0

  @_lifetime(copy words)
  init(_ words: Span<UInt64>) { self.words = words }

  /// The next `count` bits, from 1 to 64.
  @_lifetime(self: copy self)
  mutating func read(_ count: Int) -> UInt64 {
    let index = position >> 6
    let used = position & 63
    position += count
    guard index < words.count else { return 0 }
    var value = words[index] << UInt64(used)
    if used + count > 64, index + 1 < words.count {
      value |= words[index + 1] >> UInt64(64 - used)
    }
    return value >> UInt64(64 - count)
  }

  /// The next bit.
  @_lifetime(self: copy self)
  mutating func readBit() -> Bool { read(1) == 1 }

  /// The next `count` bits as a two's complement number.
  @_lifetime(self: copy self)
  mutating func readSigned(_ count: Int) -> Int64 {
    let shift = Int64(64 - count)
    return (Int64(bitPattern: read(count)) << shift) >> shift
  }
}
