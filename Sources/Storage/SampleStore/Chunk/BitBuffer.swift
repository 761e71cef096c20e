/// The end of a bit sequence that is packed into 64-bit words, most significant bit first.
struct BitTail: Sendable {
  /// The word that is being filled; its unused bits are zero.
  private(set) var word: UInt64 = 0
  private var written: UInt32 = 0

  /// The number of bits written, including full words.
  var bitCount: Int { Int(written) }

  /// Whether all bits are in full words.
  var isEmpty: Bool { written & 63 == 0 }

  /// Appends the low `count` bits of a value, whose other bits must be zero; `count` is from 1 to
  /// 64. Returns the word that became full, if any.
  @inline(__always)
  mutating func append(_ value: UInt64, bits count: Int) -> UInt64? {
    assert(count > 0 && count <= 64 && (count == 64 || value >> UInt64(count) == 0))
    let free = 64 - Int(written & 63)
    written += UInt32(truncatingIfNeeded: count)
    if count < free {
      word |= value &<< UInt64(truncatingIfNeeded: free - count)
      return nil
    }
    let rest = UInt64(truncatingIfNeeded: count - free)
    defer { word = rest == 0 ? 0 : value &<< (64 - rest) }
    return word | value &>> rest
  }
}

/// A growable bit sequence.
struct BitBuffer: Sendable {
  private var full: [UInt64] = []
  private var tail = BitTail()

  init() {}

  /// Makes an empty buffer with capacity for so many words.
  init(reserving count: Int) { full.reserveCapacity(count) }

  /// The number of bits written.
  var bitCount: Int { tail.bitCount }

  /// All words; the unused bits of the last one are zero.
  var words: [UInt64] { tail.isEmpty ? full : full + [tail.word] }

  /// The words that are full.
  var fullWords: [UInt64] { full }

  /// The word after them; `nil` if there is none.
  var lastWord: UInt64? { tail.isEmpty ? nil : tail.word }

  /// The number of words.
  var wordCount: Int { full.count + (tail.isEmpty ? 0 : 1) }

  /// Removes all bits but not the capacity.
  mutating func removeAll() {
    full.removeAll(keepingCapacity: true)
    tail = BitTail()
  }

  /// Appends the low `count` bits of a value, whose other bits must be zero; `count` is from 1 to
  /// 64.
  ///
  /// - Complexity: O(1) amortised.
  @inline(__always)
  mutating func append(_ value: UInt64, bits count: Int) {
    if let word = tail.append(value, bits: count) { full.append(word) }
  }
}

/// A bit sequence whose full words are in a pool.
struct PooledBits: Sendable {
  private(set) var full = WordChain()
  private(set) var tail = BitTail()

  /// Appends the low `count` bits of a value, whose other bits must be zero; `count` is from 1 to
  /// 64.
  ///
  /// - Complexity: O(1).
  @inline(__always)
  mutating func append(_ value: UInt64, bits count: Int, in pool: inout WordPool) {
    if let word = tail.append(value, bits: count) { pool.append(word, to: &full) }
  }

  /// Appends all words to an array; the unused bits of the last one are zero.
  func copy(from pool: WordPool, to words: inout [UInt64]) {
    pool.copy(full, to: &words)
    if !tail.isEmpty { words.append(tail.word) }
  }

  /// Returns the words to the pool.
  mutating func free(in pool: inout WordPool) {
    pool.free(&full)
    tail = BitTail()
  }
}

/// Reads a bit sequence; after its end it yields zeros.
struct BitReader: ~Escapable {
  private let words: Span<UInt64>
  private var position = 0

  @_lifetime(copy words)
  init(_ words: Span<UInt64>) { self.words = words }

  /// Whether more bits were read than there are.
  var isBeyondEnd: Bool { position > words.count * 64 }

  /// The 64 bits from a position on.
  @inline(__always)
  func peek(at place: Int) -> UInt64 {
    let index = place >> 6
    let used = UInt64(truncatingIfNeeded: place & 63)
    // The second word is shifted in two steps: by all of its bits if the first word is used whole.
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
    index < words.count ? words[index] : 0
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
