import TestSupport
import Testing

@testable import SampleStore

/// Chains retain their words while others grow and are removed.
struct WordPoolTests {
  @Test(arguments: UInt64(1)...20)
  func chainsRetainTheirWords(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    var pool = WordPool()
    var chains = [WordChain](repeating: WordChain(), count: 20)
    var expected = [[UInt64]](repeating: [], count: 20)
    for _ in 0..<20_000 {
      let place = Int.random(in: 0..<20, using: &random)
      if Int.random(in: 0..<100, using: &random) == 0 {
        pool.free(&chains[place])
        expected[place] = []
      } else {
        let word = random.next()
        pool.append(word, to: &chains[place])
        expected[place].append(word)
      }
    }
    for (chain, words) in zip(chains, expected) {
      var found: [UInt64] = []
      pool.copy(chain, to: &found)
      #expect(found == words)
      #expect(chain.count == words.count)
      #expect(pool.firstWord(chain) == words.first ?? 0)
    }
  }

  @Test func freedBlocksAreUsedAgain() {
    var pool = WordPool()
    for round in 1...100 {
      var chain = WordChain()
      for word in 0..<70 { pool.append(UInt64(word), to: &chain) }
      #expect(pool.blockCount == 10, "round \(round)")
      pool.free(&chain)
    }
  }
}
