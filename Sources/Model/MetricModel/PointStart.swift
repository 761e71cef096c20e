/// The text before the value of a sample in a response, `[1758000000.123,"`; all series of a range
/// query share it, so it is formatted once and copied in words.
public struct PointStart: Sendable {
  private var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
  private let count: Int

  /// Formats the text for an instant; the longest has 24 bytes.
  public init(_ instant: Timestamp) {
    var text: [UInt8] = []
    text.append(addingCapacity: JSONWriter.instantCapacity) { JSONWriter.beginPoint(instant, &$0) }
    assert(text.count <= 24)
    count = text.count
    for byte in text.reversed() {
      words.2 = words.2 << 8 | words.1 >> 56
      words.1 = words.1 << 8 | words.0 >> 56
      words.0 = words.0 << 8 | UInt64(byte)
    }
  }

  /// Appends the text; there must be capacity for 24 bytes.
  @inline(__always)
  func append(to text: inout OutputSpan<UInt8>) {
    text.append(word: words.0, bytes: min(count, 8))
    text.append(word: words.1, bytes: min(max(count &- 8, 0), 8))
    text.append(word: words.2, bytes: max(count &- 16, 0))
  }
}
