/// A prefix code for integers that are mostly small, fitted to one chunk.
///
/// A number is a mark of one to three bits followed by as many bits as the mark announces: none for
/// zero, a narrow and a wide width chosen for the chunk, or all 64. The most frequent of the four
/// has the shortest mark.
struct ResidualCode: Sendable {
  /// The widths, the most frequent first; their marks are 0, 10, 110, 111.
  private let widths: (Int, Int, Int, Int)
  /// The two chosen widths, and the ranks of zero, narrow, wide and 64 bits; only used for writing.
  private var chosen = (narrow: 0, wide: 0)
  private var ranks = (none: 0, narrow: 0, wide: 0, full: 0)

  /// Chooses the widths that code the numbers in the fewest bits.
  init(for residuals: [Int64]) {
    // The number of values that need at most so many bits.
    var upTo = Counts(repeating: 0)
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
    func rank(_ width: Int) -> Int { uses.firstIndex { $0.width == width } ?? 3 }
    chosen = (best.narrow, best.wide)
    ranks = (rank(0), rank(best.narrow), rank(best.wide), rank(64))
  }

  /// Reads a code that `append(to:)` wrote.
  init(_ reader: inout BitReader) {
    widths = (
      Int(reader.read(7)), Int(reader.read(7)), Int(reader.read(7)), Int(reader.read(7))
    )
  }

  /// Whether the code is valid; only damage makes an invalid one.
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
    let coded = Self.zigzag(residual)
    let needed = 64 - coded.leadingZeroBitCount
    if needed == 0 {
      appendMark(ranks.none, to: &buffer)
    } else if needed <= chosen.narrow {
      append(coded, width: chosen.narrow, rank: ranks.narrow, to: &buffer)
    } else if needed <= chosen.wide {
      append(coded, width: chosen.wide, rank: ranks.wide, to: &buffer)
    } else {
      appendMark(ranks.full, to: &buffer)
      // The bit that `appendVerbatim` sets.
      buffer.append(0, bits: 1)
      buffer.append(coded, bits: 64)
    }
  }

  @inline(always)
  private func append(_ coded: UInt64, width: Int, rank: Int, to buffer: inout BitBuffer) {
    let (mark, bits) = Self.mark(rank)
    if width + bits <= 64 {
      buffer.append(mark << UInt64(width) | coded, bits: width + bits)
    } else {
      buffer.append(mark, bits: bits)
      buffer.append(coded, bits: width)
    }
  }

  /// Writes 64 bits that are not a number.
  func appendVerbatim(_ bits: UInt64, to buffer: inout BitBuffer) {
    appendMark(ranks.full, to: &buffer)
    buffer.append(1, bits: 1)
    buffer.append(bits, bits: 64)
  }

  /// Reads a number; use `readNext` for what `appendVerbatim` wrote.
  @inline(always)
  func readNumber(_ reader: inout BitReader) -> Int64 {
    let width = readWidth(&reader)
    if width == 64 { _ = reader.readBit() }
    return Self.read(width, &reader)
  }

  /// Reads a number, or the 64 bits in its place.
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

  /// Maps small integers of either sign to small unsigned integers.
  static func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: (value << 1) ^ (value >> 63)) }

  /// The inverse of `zigzag`.
  static func unzigzag(_ value: UInt64) -> Int64 {
    Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  private static func width(of residual: Int64) -> Int {
    64 - zigzag(residual).leadingZeroBitCount
  }

  private func appendMark(_ rank: Int, to buffer: inout BitBuffer) {
    let (mark, bits) = Self.mark(rank)
    buffer.append(mark, bits: bits)
  }

  @inline(always)
  private static func mark(_ rank: Int) -> (UInt64, Int) {
    switch rank {
    case 0: (0b0, 1)
    case 1: (0b10, 2)
    case 2: (0b110, 3)
    default: (0b111, 3)
    }
  }

  /// The number of values that need at most so many bits.
  private typealias Counts = [65 of Int]

  /// The size of the encoding in bits.
  private static func cost(_ upTo: Counts, narrow: Int, wide: Int) -> Int {
    let zeros = upTo[0]
    let small = upTo[narrow] - upTo[0]
    let large = upTo[wide] - upTo[narrow]
    let full = upTo[64] - upTo[wide]
    // Three bits for each mark, but one or two for the most frequent ones.
    let first = max(max(zeros, small), max(large, full))
    let second = max(
      min(max(zeros, small), max(large, full)),
      max(zeros, small) > max(large, full) ? min(zeros, small) : min(large, full))
    let marks = 3 * upTo[64] - 2 * first - second
    return marks + small * narrow + large * wide + full * 65
  }
}
