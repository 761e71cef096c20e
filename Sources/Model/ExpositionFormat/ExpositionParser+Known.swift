/// The position of a series' text in a buffer of such texts.
public struct SeriesText: Sendable {
  private var start: UInt32
  private var count: UInt32

  /// Stores a range, which must end below 4 GB.
  public init(_ range: Range<Int>) {
    start = UInt32(range.lowerBound)
    count = UInt32(range.count)
  }

  /// The byte range of the text.
  public var range: Range<Int> { Int(start)..<(Int(start) + Int(count)) }
}

extension ExpositionParser {
  /// Parses the following lines as long as each consists of the next expected series, a blank, and
  /// a number of digits with an optional point, as most lines do; stops before the first other
  /// line.
  ///
  /// `expected` are positions in `series`, which index `texts`; each text is a whole series that a
  /// parser returned before. There must be capacity for all their values.
  ///
  /// - Complexity: O(bytes), about 10 ns for a line of 70 bytes.
  public mutating func plainValues(
    of expected: Span<UInt32>, in series: Span<SeriesText>, _ texts: Span<UInt8>,
    into values: inout OutputSpan<Double>
  ) {
    guard !sawEnd else { return }
    var start = position
    let before = values.count
    for place in expected.indices {
      let text = texts.extracting(series[Int(expected[place])].range)
      let end = start + text.count
      guard end < bytes.count, bytes[end] == .space, !text.isEmpty,
        Self.areEqual(text, bytes.extracting(start..<end)),
        let (value, next) = DecimalNumber.readPlain(bytes, at: end + 1), bytes[next] == .newline
      else { break }
      values.append(value)
      start = next + 1
    }
    position = start
    line += values.count - before
  }

  /// Whether two texts have the same bytes.
  @inline(always)
  static func areEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    let count = left.count
    guard count == right.count else { return false }
    if count < 16 {
      var difference: UInt8 = 0
      for index in 0..<count { difference |= left[index] ^ right[index] }
      return difference == 0
    }
    if count < 32 {
      return areEqualBlocks(left, right, at: 0, 16)
        && areEqualBlocks(left, right, at: count - 16, 16)
    }
    // Only whole blocks, of which the last overlaps the one before: the compiler compares each at
    // once.
    var start = 0
    while start < count - 32 {
      if !areEqualBlocks(left, right, at: start, 32) { return false }
      start += 32
    }
    return areEqualBlocks(left, right, at: count - 32, 32)
  }

  @inline(always)
  private static func areEqualBlocks(
    _ left: Span<UInt8>, _ right: Span<UInt8>, at start: Int, _ size: Int
  ) -> Bool {
    let left = left.extracting(start..<start + size)
    let right = right.extracting(start..<start + size)
    var difference: UInt8 = 0
    for index in 0..<size { difference |= left[index] ^ right[index] }
    return difference == 0
  }
}
