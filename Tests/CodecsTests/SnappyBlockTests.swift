import Codecs
import TestSupport
import Testing

struct SnappyBlockTests {
  /// Blocks written out by hand after the format description.
  @Test(arguments: [
    ([0x00], ""),
    ([0x03, 0x08, 0x61, 0x62, 0x63], "abc"),
    // A copy with an offset of one byte that overlaps itself.
    ([0x08, 0x00, 0x61, 0x0d, 0x01], "aaaaaaaa"),
    // A copy with two bytes of offset, then one with four.
    ([0x08, 0x04, 0x61, 0x62, 0x06, 0x02, 0x00, 0x0f, 0x02, 0x00, 0x00, 0x00], "abababab"),
  ])
  func readsEveryElement(block: [UInt8], text: String) throws {
    let result = try SnappyBlock.decompress(block.span, limit: 100)
    #expect(String(decoding: result, as: UTF8.self) == text)
  }

  @Test(
    arguments: [
      [], [0x80], [0xff, 0xff, 0xff, 0xff, 0xff, 0x01], [0x05, 0x08, 0x61, 0x62, 0x63],
      [0x02, 0x08, 0x61, 0x62, 0x63], [0x04, 0x00, 0x61, 0x05, 0x02],
      [0x04, 0x00, 0x61, 0x05, 0x00],
      [0x03, 0xf0], [0x03, 0xfc, 0xff, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0x0f, 0x00, 0x61],
    ] as [[UInt8]])
  func refusesWhatIsNoBlock(block: [UInt8]) {
    #expect(throws: SnappyBlock.Failure.self) {
      try SnappyBlock.decompress(block.span, limit: 1 << 30)
    }
  }

  @Test func longerResultsAreRefused() {
    let block = SnappyBlock.compress([UInt8](repeating: 7, count: 1_000))
    #expect(throws: SnappyBlock.Failure.tooLong(bytes: 1_000, limit: 999)) {
      try SnappyBlock.decompress(block.span, limit: 999)
    }
  }

  @Test func compressesAndReadsBack() throws {
    var random = RepeatableRandom(seed: 1)
    for round in 0..<60 {
      let letters = UInt8(1 + round % 200)
      let bytes = (0..<(round * 37)).map { _ in UInt8.random(in: 0...letters, using: &random) }
      let block = SnappyBlock.compress(bytes)
      #expect(try SnappyBlock.decompress(block.span, limit: 1 << 20) == bytes)
    }
    let long = [UInt8](repeating: 1, count: 300_000)
    let block = SnappyBlock.compress(long)
    #expect(block.count < 20_000)
    #expect(try SnappyBlock.decompress(block.span, limit: 1 << 20) == long)
  }
}
