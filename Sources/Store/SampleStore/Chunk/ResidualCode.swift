/// A code for whole numbers that are mostly small, made to measure for one chunk.
///
/// A number is a mark of one to three bits and then as many bits as its mark says: none for zero, a narrow and a wide width chosen for
/// the chunk, or all 64. The most frequent of the four has the shortest mark.
struct ResidualCode: Sendable {
  /// The widths, the most frequent first; their marks are 0, 10, 110, 111.
  private let widths: (Int, Int, Int, Int)

  /// Chooses the widths that code the numbers in the fewest bits.
  init(for residuals: [Int64]) {
    // How many numbers need at most so many bits.
    var upTo = [Int](repeating: 0, count: 65)
    for residual in residuals { upTo[Self.width(of: residual)] += 1 }
    let present = (1...63).filter { upTo[$0] > 0 }
    for width in 1...64 { upTo[width] += upTo[width - 1] }
    var best = (cost: Int.max, narrow: 1, wide: 1)
    for (place, narrow) in present.enumerated() {
      for wide in present[place...] {
        let cost = Self.cost(upTo, narrow: narrow, wide: wide)
        if cost < best.cost { best = (cost, narrow, wide) }
      }
    }
    let uses = [
      (width: 0, count: upTo[0]), (width: best.narrow, count: upTo[best.narrow] - upTo[0]),
      (width: best.wide, count: upTo[best.wide] - upTo[best.narrow]),
      (width: 64, count: upTo[64] - upTo[best.wide]),
    ].sorted { $0.count > $1.count }
    widths = (uses[0].width, uses[1].width, uses[2].width, uses[3].width)
  }

  /// Reads a code that `append(to:)` wrote.
  init(_ reader: inout BitReader) {
    widths = (
      Int(reader.read(7)), Int(reader.read(7)), Int(reader.read(7)), Int(reader.read(7))
    )
  }

  /// Whether the code makes sense; only damage can make one that does not.
  var isSound: Bool {
    max(widths.0, widths.1, widths.2, widths.3) <= 64
  }

  /// Writes the code itself.
  func append(to buffer: inout BitBuffer) {
    for width in [widths.0, widths.1, widths.2, widths.3] {
      buffer.append(UInt64(width), bits: 7)
    }
  }

  /// Writes a number.
  func append(_ residual: Int64, to buffer: inout BitBuffer) {
    let needed = Self.width(of: residual)
    var rank = 0
    var width = 65
    for (place, candidate) in [widths.0, widths.1, widths.2, widths.3].enumerated()
    where candidate >= needed && candidate < width && (needed > 0) == (candidate > 0) {
      rank = place
      width = candidate
    }
    assert(width <= 64, "zero and 64 are among the widths")
    appendMark(rank, to: &buffer)
    // The bit that `appendVerbatim` sets.
    if width == 64 { buffer.append(0, bits: 1) }
    if width > 0 { buffer.append(Self.zigzag(residual), bits: width) }
  }

  /// Writes 64 bits that are no number.
  func appendVerbatim(_ bits: UInt64, to buffer: inout BitBuffer) {
    appendMark([widths.0, widths.1, widths.2, widths.3].firstIndex(of: 64) ?? 3, to: &buffer)
    buffer.append(1, bits: 1)
    buffer.append(bits, bits: 64)
  }

  /// Reads a number; for what `appendVerbatim` wrote, use `readNext`.
  @inline(always)
  func readNumber(_ reader: inout BitReader) -> Int64 {
    let width = readWidth(&reader)
    if width == 64 { _ = reader.readBit() }
    return Self.read(width, &reader)
  }

  /// Reads a number, or the bits that stand in its place.
  @inline(always)
  func readNext(_ reader: inout BitReader) -> (number: Int64, verbatim: UInt64?) {
    let width = readWidth(&reader)
    if width == 64, reader.readBit() { return (0, reader.read(64)) }
    return (Self.read(width, &reader), nil)
  }

  @inline(always)
  private func readWidth(_ reader: inout BitReader) -> Int {
    if !reader.readBit() { return widths.0 }
    if !reader.readBit() { return widths.1 }
    return reader.readBit() ? widths.3 : widths.2
  }

  /// Reads a number of a width.
  @inline(always)
  static func read(_ width: Int, _ reader: inout BitReader) -> Int64 {
    width == 0 ? 0 : unzigzag(reader.read(width))
  }

  /// Small numbers of either sign as small numbers without sign.
  static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: (value << 1) ^ (value >> 63)) }

  /// The way back from `zigzag`.
  static func unzigzag(_ value: UInt64) -> Int64 {
    Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  private static func width(of residual: Int64) -> Int {
    64 - zigzag(residual).leadingZeroBitCount
  }

  private func appendMark(_ rank: Int, to buffer: inout BitBuffer) {
    switch rank {
    case 0: buffer.append(0b0, bits: 1)
    case 1: buffer.append(0b10, bits: 2)
    case 2: buffer.append(0b110, bits: 3)
    default: buffer.append(0b111, bits: 3)
    }
  }

  /// What coding would cost in bits.
  private static func cost(_ upTo: [Int], narrow: Int, wide: Int) -> Int {
    let zeros = upTo[0]
    let small = upTo[narrow] - upTo[0]
    let large = upTo[wide] - upTo[narrow]
    let full = upTo[64] - upTo[wide]
    // Three bits for each mark, but one or two for the most frequent.
    let first = max(max(zeros, small), max(large, full))
    let second = max(
      min(max(zeros, small), max(large, full)),
      max(zeros, small) > max(large, full) ? min(zeros, small) : min(large, full))
    let marks = 3 * upTo[64] - 2 * first - second
    return marks + small * narrow + large * wide + full * 65
  }
}
