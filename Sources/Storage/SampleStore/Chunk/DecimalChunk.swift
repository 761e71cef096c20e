import StorageAPI

/// Sealed samples whose values are decimal numbers of few digits, as most values are: counts,
/// bytes, hundredths of seconds.
///
/// Each value is scaled to an integer by a power of ten for the whole chunk and divided by a power
/// of two that all have in common. It is stored as the difference either from the previous integer
/// or from the linear extrapolation of the previous two, whichever is shorter for the chunk; times
/// are stored in the same way. Layout in bits: power of ten (4), power of two (6), whether values
/// are extrapolated (1), first time difference, first value difference, first value (each a 7-bit
/// width and the number), the two residual codes, all times but the first, all values. A value that
/// cannot be scaled exactly, such as a stale marker, is stored with all 64 bits.
enum DecimalChunk {
  /// The powers of ten that are tried.
  private static let powers: [Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]
  /// The largest magnitude below which all integers are exact as `Double`.
  private static let largest = 0x1p53

  /// Encodes samples; `nil` if too many values are not decimal numbers.
  static func encode(_ columns: SampleColumns) -> BitBuffer? {
    guard let decimals = Decimals(columns.values) else { return nil }
    let times = columns.timestamps
    let step = times.count > 1 ? times[1] &- times[0] : 0
    let timeResiduals = Self.residuals(times, step: step, pointsOn: true)
    var known = decimals.numbers
    // Memory sizes are multiples of pages.
    let union = known.reduce(0) { $0 | $1 }
    let shift = union == 0 ? 0 : union.trailingZeroBitCount
    for index in known.indices { known[index] >>= Int64(shift) }
    let slope = known.count > 1 ? known[1] - known[0] : 0
    let pointsOn = pointsOnIsShorter(known, slope: slope)
    let values = Self.residuals(known, step: slope, pointsOn: pointsOn)
    let timeCode = ResidualCode(for: timeResiduals)
    let valueCode = ResidualCode(for: values)

    // Usually no longer than the other encoding.
    var buffer = BitBuffer(reserving: columns.count / 2)
    buffer.append(UInt64(decimals.exponent), bits: 4)
    buffer.append(UInt64(shift), bits: 6)
    buffer.append(pointsOn ? 1 : 0, bits: 1)
    appendSized(step, to: &buffer)
    appendSized(pointsOn ? slope : 0, to: &buffer)
    appendSized(known.first ?? 0, to: &buffer)
    timeCode.append(to: &buffer)
    valueCode.append(to: &buffer)
    for residual in timeResiduals { timeCode.append(residual, to: &buffer) }
    appendValues(columns.values, decimals, values, valueCode, to: &buffer)
    return buffer
  }

  /// Appends the samples with times in `from...through` to the columns; returns `false` if the
  /// codes are damaged.
  static func decode(
    _ words: Span<UInt64>, count: Int, first: Int64, from: Int64, through: Int64,
    into columns: inout SampleColumns
  ) -> Bool {
    var reader = BitReader(words)
    let exponent = Int(reader.read(4))
    let shift = Int(reader.read(6))
    let pointsOn = reader.readBit()
    guard exponent < powers.count, let step = readSized(&reader), let slope = readSized(&reader),
      let start = readSized(&reader)
    else { return false }
    let timeCode = ResidualCode(&reader)
    let valueCode = ResidualCode(&reader)
    guard timeCode.isSound, valueCode.isSound else { return false }

    let offset = columns.timestamps.count
    var skipped = 0
    var retained = 0
    var timestamp = first
    var delta = step
    for index in 0..<count {
      if index > 0 {
        delta &+= timeCode.readNumber(&reader)
        timestamp &+= delta
      }
      // All times are decoded, because the values follow the last one.
      if timestamp < from {
        skipped += 1
      } else if timestamp <= through {
        columns.timestamps.append(timestamp)
        retained += 1
      }
    }
    decodeValues(
      &reader, valueCode, start: start, slope: pointsOn ? slope : nil,
      factor: Double(sign: .plus, exponent: shift, significand: 1), power: powers[exponent],
      skipping: skipped, count: retained, into: &columns.values)
    assert(columns.values.count == offset + retained)
    return true
  }

  private static func decodeValues(
    _ reader: inout BitReader, _ code: ResidualCode, start: Int64, slope: Int64?, factor: Double,
    power: Double, skipping skipped: Int, count: Int, into values: inout [Double]
  ) {
    var number = start
    var delta = slope ?? 0
    var isFirst = true
    for index in 0..<(skipped + count) {
      let (residual, verbatim) = code.readNext(&reader)
      let value: Double
      if let verbatim {
        value = Double(bitPattern: verbatim)
      } else {
        if slope == nil {
          number &+= residual
        } else if !isFirst {
          delta &+= residual
          number &+= delta
        }
        isFirst = false
        value = Double(number) * factor / power
      }
      if index >= skipped { values.append(value) }
    }
  }

  private static func appendValues(
    _ values: [Double], _ decimals: Decimals, _ residuals: [Int64], _ code: ResidualCode,
    to buffer: inout BitBuffer
  ) {
    // The first number is in the header; its residual is zero.
    var next = 0
    var nextMiss = 0
    for index in values.indices {
      if nextMiss < decimals.misses.count, decimals.misses[nextMiss] == index {
        nextMiss += 1
        code.appendVerbatim(values[index].bitPattern, to: &buffer)
        continue
      }
      code.append(next == 0 ? 0 : residuals[next - 1], to: &buffer)
      next += 1
    }
  }

  /// Values as integers over a common power of ten.
  private struct Decimals {
    /// The smallest power of ten that makes the values integers.
    private(set) var exponent = 0
    /// The integers, without the misses.
    private(set) var numbers: [Int64] = []
    /// The positions of the values that are not such integers.
    private(set) var misses: [Int] = []

    /// `nil` if no power of ten fits most of the values, or no value is a number.
    init?(_ values: [Double]) {
      guard let highest = Self.exponent(of: values) else { return nil }
      exponent = highest
      numbers.reserveCapacity(values.count)
      for index in values.indices {
        if let number = DecimalChunk.number(values[index], powers[exponent]) {
          numbers.append(number)
        } else {
          misses.append(index)
        }
      }
      guard !numbers.isEmpty, misses.count <= Self.maximumMisses(of: values.count) else {
        return nil
      }
    }

    private static func exponent(of values: [Double]) -> Int? {
      var exponent = 0
      var misses = 0
      for value in values {
        var candidate = exponent
        while candidate < powers.count, DecimalChunk.number(value, powers[candidate]) == nil {
          candidate += 1
        }
        if candidate < powers.count {
          exponent = candidate
        } else {
          misses += 1
          if misses > maximumMisses(of: values.count) { return nil }
        }
      }
      return exponent
    }

    /// How many values may be stored with all 64 bits before the other encoding is shorter.
    private static func maximumMisses(of count: Int) -> Int { 2 + count / 16 }
  }

  /// The value times a power of ten, if dividing gives back the same bits.
  @inline(always)
  private static func number(_ value: Double, _ power: Double) -> Int64? {
    let scaled = (value * power).rounded()
    guard abs(scaled) < largest else { return nil }
    let number = Int64(scaled)
    return (Double(number) / power).bitPattern == value.bitPattern ? number : nil
  }

  /// The differences of each number from the previous one, or from the extrapolation of the
  /// previous two.
  private static func residuals(_ numbers: [Int64], step: Int64, pointsOn: Bool) -> [Int64] {
    var residuals: [Int64] = []
    residuals.reserveCapacity(numbers.count)
    var delta = step
    for index in numbers.indices.dropFirst() {
      let change = numbers[index] &- numbers[index - 1]
      residuals.append(pointsOn ? change &- delta : change)
      delta = change
    }
    return residuals
  }

  /// Whether extrapolation from the previous two numbers gives smaller differences than the
  /// previous number.
  private static func pointsOnIsShorter(_ numbers: [Int64], slope: Int64) -> Bool {
    var flat = 0
    var pointed = 0
    var delta = slope
    for index in numbers.indices.dropFirst() {
      let change = numbers[index] &- numbers[index - 1]
      flat += 64 - ResidualCode.zigzag(change).leadingZeroBitCount
      pointed += 64 - ResidualCode.zigzag(change &- delta).leadingZeroBitCount
      delta = change
    }
    return pointed < flat
  }

  private static func appendSized(_ value: Int64, to buffer: inout BitBuffer) {
    let coded = ResidualCode.zigzag(value)
    let width = 64 - coded.leadingZeroBitCount
    buffer.append(UInt64(width), bits: 7)
    if width > 0 { buffer.append(coded, bits: width) }
  }

  private static func readSized(_ reader: inout BitReader) -> Int64? {
    let width = Int(reader.read(7))
    return width <= 64 ? ResidualCode.read(width, &reader) : nil
  }
}
