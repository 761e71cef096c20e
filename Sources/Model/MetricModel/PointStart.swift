/// What stands in front of a point's value in an answer, `[1758000000.123,"`: the same for all series of a range query, so that it is
/// made once and copied in words.
public struct PointStart: Sendable {
  private var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
  private let count: Int

  /// The text for an instant; the longest, at the end of time, has 24 bytes.
  public init(_ instant: Timestamp) {
    var text: [UInt8] = []
    text.append(addingCapacity: JSONWriter.instantRoom) { JSONWriter.beginPoint(instant, &$0) }
    assert(text.count <= 24)
    count = text.count
    for byte in text.reversed() {
      words.2 = words.2 << 8 | words.1 >> 56
      words.1 = words.1 << 8 | words.0 >> 56
      words.0 = words.0 << 8 | UInt64(byte)
    }
  }

  /// Copies the text; there must be room for 24 bytes.
  @inline(__always)
  func append(to text: inout OutputSpan<UInt8>) {
    text.append(word: words.0, bytes: min(count, 8))
    text.append(word: words.1, bytes: min(max(count &- 8, 0), 8))
    text.append(word: words.2, bytes: max(count &- 16, 0))
  }
}
