/// Bits in a row, packed into 64-bit words from the most significant bit down.
struct BitBuffer: Sendable {
  /// The words that are full.
  private(set) var full: [UInt64] = []
  /// The word that is being filled; bits behind the last one are zero. It stands here and not with the others so that most
  /// appends touch no other memory.
  private(set) var tail: UInt64 = 0
  /// How many bits were written.
  var bitCount: Int { Int(written) }

  /// The first word; 0 if there is none.
  var firstWord: UInt64 { full.first ?? tail }

  private var written: UInt32 = 0

  init() {}

  /// Makes an empty buffer with room for so many words.
  init(reserving count: Int) { full.reserveCapacity(count) }

  /// All words; bits behind the last one are zero.
  var words: [UInt64] { written & 63 == 0 ? full : full + [tail] }

  /// Appends the low `count` bits of a value, whose other bits must be zero; `count` is from 1 to 64.
  ///
  /// - Complexity: O(1) amortised.
  @inline(always)
  mutating func append(_ value: UInt64, bits count: Int) {
    assert(count > 0 && count <= 64 && (count == 64 || value >> UInt64(count) == 0))
    let free = 64 - Int(written & 63)
    written += UInt32(truncatingIfNeeded: count)
    if count < free {
      tail |= value &<< UInt64(truncatingIfNeeded: free - count)
      return
    }
    let rest = UInt64(truncatingIfNeeded: count - free)
    push(tail | value &>> rest)
    tail = rest == 0 ? 0 : value &<< (64 - rest)
  }

  /// Appends a word; there is a buffer per series, so it grows by a quarter, not to twice its size.
  @inline(never)
  private mutating func push(_ word: UInt64) {
    if full.count == full.capacity {
      full.reserveCapacity(full.count + max(4, full.count / 4))
    }
    full.append(word)
  }
}

/// Reads what a `BitBuffer` holds; behind the end there are zeros without end.
struct BitReader: ~Escapable {
  private let words: Span<UInt64>
  private let tail: UInt64
  private var position = 0

  /// Reads full words and the one behind them.
  @_lifetime(copy words)
  init(_ words: Span<UInt64>, tail: UInt64 = 0) {
    self.words = words
    self.tail = tail
  }

  /// The 64 bits from a place on.
  @inline(__always)
  func peek(at place: Int) -> UInt64 {
    let index = place >> 6
    let used = UInt64(truncatingIfNeeded: place & 63)
    // The second word is shifted in two steps: by all of its bits if none of the first is used up.
    return word(index) &<< used | (word(index &+ 1) &>> 1) &>> (63 &- used)
  }

  /// The next `count` bits, from 1 to 64.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func read(_ count: Int) -> UInt64 {
    let value = peek(at: position) &>> UInt64(truncatingIfNeeded: 64 &- count)
    position &+= count
    return value
  }

  @inline(always)
  private func word(_ index: Int) -> UInt64 {
    if index < words.count { return words[index] }
    return index == words.count ? tail : 0
  }

  /// The next bit.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func readBit() -> Bool { read(1) == 1 }

  /// The next `count` bits as a two's complement number.
  @_lifetime(self: copy self)
  mutating func readSigned(_ count: Int) -> Int64 {
    let shift = Int64(64 - count)
    return (Int64(bitPattern: read(count)) << shift) >> shift
  }
}
