/// Memory for the codes of all open chunks: blocks of 64 bytes that form a linked list per chunk.
///
/// An array per series would cost a header, spare capacity, and a copy at each growth. Blocks that
/// are taken at about the same time are adjacent, so that the series of one scrape are written to
/// neighbouring memory. Blocks of sealed chunks are reused; none are returned to the system.
struct WordPool: Sendable {
  /// Seven words of codes and the number of the next block.
  private static let wordsPerBlock = 8
  private static let blocksPerSlab = 8192
  private static let none = UInt32.max

  /// Slabs of half a megabyte, so that growing moves little.
  private var slabs: [[UInt64]] = []
  /// The number of blocks, including free ones.
  private(set) var blockCount = 0
  /// The first free block; free blocks are linked like those of a chunk.
  private var firstFree = none

  /// Appends a word.
  ///
  /// - Complexity: O(1).
  mutating func append(_ word: UInt64, to chain: inout WordChain) {
    let place = Int(chain.count % UInt32(Self.wordsPerBlock - 1))
    if place == 0 {
      let block = takeBlock()
      if chain.count == 0 { chain.first = block } else { link(chain.last, to: block) }
      chain.last = block
    }
    self[chain.last, place] = word
    chain.count += 1
  }

  /// Appends the words of a chain to an array.
  ///
  /// - Complexity: O(words), one memory access for each block.
  func copy(_ chain: WordChain, to words: inout [UInt64]) {
    var left = Int(chain.count)
    if left == 0 { return }
    words.append(addingCapacity: left) { output in
      var block = chain.first
      while left > 0 {
        let slab = slabs[Int(block) / Self.blocksPerSlab]
        let start = Int(block) % Self.blocksPerSlab * Self.wordsPerBlock
        let count = min(left, Self.wordsPerBlock - 1)
        for place in start..<(start + count) { output.append(slab[place]) }
        block = UInt32(truncatingIfNeeded: slab[start + Self.wordsPerBlock - 1])
        left -= count
      }
    }
  }

  /// The first word; 0 if there is none.
  func firstWord(_ chain: WordChain) -> UInt64 { chain.count > 0 ? self[chain.first, 0] : 0 }

  /// Frees the memory of a chain, which is empty then.
  ///
  /// - Complexity: O(1).
  mutating func free(_ chain: inout WordChain) {
    guard chain.count > 0 else { return }
    link(chain.last, to: firstFree)
    firstFree = chain.first
    chain = WordChain()
  }

  private mutating func takeBlock() -> UInt32 {
    if firstFree != Self.none {
      defer { firstFree = next(firstFree) }
      return firstFree
    }
    if blockCount % Self.blocksPerSlab == 0 {
      var slab: [UInt64] = []
      // The first one grows as it is filled: a pool may serve one chunk only.
      if !slabs.isEmpty { slab.reserveCapacity(Self.blocksPerSlab * Self.wordsPerBlock) }
      slabs.append(slab)
    }
    slabs[slabs.count - 1].append(contentsOf: repeatElement(0, count: Self.wordsPerBlock))
    blockCount += 1
    return UInt32(blockCount - 1)
  }

  private func next(_ block: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: self[block, Self.wordsPerBlock - 1])
  }

  private mutating func link(_ block: UInt32, to next: UInt32) {
    self[block, Self.wordsPerBlock - 1] = UInt64(next)
  }

  private subscript(block: UInt32, place: Int) -> UInt64 {
    get {
      slabs[Int(block) / Self.blocksPerSlab][
        Int(block) % Self.blocksPerSlab * Self.wordsPerBlock + place]
    }
    set {
      slabs[Int(block) / Self.blocksPerSlab][
        Int(block) % Self.blocksPerSlab * Self.wordsPerBlock + place] = newValue
    }
  }
}

/// Words in a `WordPool`, in order; its owner must free it in the pool before dropping it.
struct WordChain: Sendable {
  fileprivate var first: UInt32 = 0
  fileprivate var last: UInt32 = 0
  /// The number of words.
  fileprivate(set) var count: UInt32 = 0
}
