/// Makes inputs from a corpus that may or may not be well-formed, the same ones for the same seed.
public struct ByteMutator: RandomNumberGenerator {
  /// The greatest length of an input, in bytes.
  public static let longest = 16_384

  private var random: RepeatableRandom

  public init(seed: UInt64) { random = RepeatableRandom(seed: seed &* 0x9e37_79b9_7f4a_7c15) }

  public mutating func next() -> UInt64 { random.next() }

  /// Returns a random number below a bound.
  public mutating func roll(_ bound: Int) -> Int {
    Int(truncatingIfNeeded: next() % UInt64(max(1, bound)))
  }

  /// Returns an input of the corpus, changed in some places; `words` are tokens of the format.
  public mutating func bytes(of corpus: [[UInt8]], words: [[UInt8]]) -> [UInt8] {
    var bytes = corpus[roll(corpus.count)]
    // Most texts are much longer than the part that matters.
    if roll(3) == 0, bytes.count > 64 {
      let start = roll(bytes.count)
      bytes = Array(bytes[start..<min(bytes.count, start + 16 + roll(400))])
    }
    for _ in 0...roll(3) { change(&bytes, corpus, words) }
    if bytes.count > Self.longest { bytes.removeSubrange(Self.longest...) }
    return bytes
  }

  private mutating func change(
    _ bytes: inout [UInt8], _ corpus: [[UInt8]], _ words: [[UInt8]]
  ) {
    let place = roll(bytes.count + 1)
    let end = min(bytes.count, place + 1 + roll(12))
    switch roll(10) {
    case 0: if place < bytes.count { bytes[place] = UInt8(roll(256)) }
    case 1: if place < bytes.count { bytes[place] ^= 1 << UInt8(roll(8)) }
    case 2: bytes.insert(contentsOf: words[roll(words.count)], at: place)
    case 3: bytes.replaceSubrange(place..<end, with: words[roll(words.count)])
    case 4: bytes.removeSubrange(place..<end)
    case 5: bytes.removeSubrange(place...)
    case 6: bytes.insert(contentsOf: Array(bytes[place..<end]), at: roll(bytes.count + 1))
    case 7:
      let other = corpus[roll(corpus.count)]
      let start = roll(other.count + 1)
      let piece = other[start..<min(other.count, start + roll(80))]
      bytes.insert(contentsOf: piece, at: place)
    case 8:
      let byte = place < bytes.count ? bytes[place] : UInt8(roll(256))
      bytes.insert(contentsOf: [UInt8](repeating: byte, count: roll(40)), at: place)
    default: if place < bytes.count { bytes[place] = bytes[place] &+ (roll(2) == 0 ? 1 : 255) }
    }
  }
}
