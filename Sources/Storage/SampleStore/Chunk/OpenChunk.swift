import StorageAPI

/// The samples of one series since its last sealed chunk, compressed as they arrive.
///
/// A time is coded as the change of its distance from the previous time. A value that is a decimal
/// number of few digits, as most are, is coded as its difference from the predicted number (see
/// `LinearPredictor`): a counter with a steady slope takes one bit. From the first other value on,
/// values are coded as their XOR with the previous one. Every bit pattern, including stale markers
/// and other NaNs, is restored exactly. `SampleDecoder` is the inverse.
struct OpenChunk: Sendable {
  /// The number of samples.
  var count: Int { Int(sampleCount) }
  /// The time of the first sample; undefined if there is none.
  private(set) var first: Int64 = 0
  /// The time of the last sample; undefined if there is none.
  private(set) var last: Int64 = 0
  /// The bit pattern of the last value.
  private(set) var lastValue: UInt64 = 0
  /// The codes.
  private(set) var codes = PooledBits()

  // Small integers side by side: there is one of these per series.
  private var sampleCount: UInt32 = 0
  /// Whether the last value is the predictor's last number.
  private var endsInNumber = false
  private var delta: Int64 = 0
  private var track = LinearPredictor()
  private var hasDifferences = false
  private var leading: UInt8 = ValueWindow.none
  private var trailing: UInt8 = 0

  init() {}

  /// The last value as it is encoded in a WAL record.
  @inline(__always)
  var lastCode: ValueCode {
    endsInNumber
      ? ValueCode(lastValue, number: track.number, exponent: track.exponent)
      : ValueCode(lastValue)
  }

  /// Encodes samples in increasing order of time.
  init(_ columns: SampleColumns, in pool: inout WordPool) {
    for index in columns.timestamps.indices {
      append(columns.timestamps[index], columns.values[index].bitPattern, in: &pool)
    }
  }

  /// Appends a sample that is later than the last one.
  ///
  /// - Complexity: O(1).
  @inline(__always)
  mutating func append(_ timestamp: Int64, _ value: UInt64, in pool: inout WordPool) {
    assert(sampleCount == 0 || timestamp > last)
    guard timestamp &- last == delta, sampleCount > 0, !hasDifferences,
      let number = LinearPredictor.number(value, exponent: track.exponent)
    else { return appendAny(timestamp, value, in: &pool) }
    // A time as expected is a single zero bit, which goes in front of the number's code.
    appendNumber(number, behind: 1, in: &pool)
    last = timestamp
    lastValue = value
    sampleCount &+= 1
  }

  @inline(never)
  private mutating func appendAny(_ timestamp: Int64, _ value: UInt64, in pool: inout WordPool) {
    if sampleCount == 0 {
      first = timestamp
    } else {
      appendTime(timestamp, in: &pool)
    }
    last = timestamp
    appendValue(value, in: &pool)
    lastValue = value
    sampleCount += 1
  }

  private mutating func appendTime(_ timestamp: Int64, in pool: inout WordPool) {
    // Wrapping: the difference of two times may overflow; its code modulo 2^64 does not.
    let newDelta = timestamp &- last
    let change = newDelta &- delta
    delta = newDelta
    switch change {
    case 0: codes.append(0b0, bits: 1, in: &pool)
    case -64...63: codes.append(0b10 << 7 | low(change, 7), bits: 9, in: &pool)
    case -8192...8191: codes.append(0b110 << 14 | low(change, 14), bits: 17, in: &pool)
    case -524_288...524_287: codes.append(0b1110 << 20 | low(change, 20), bits: 24, in: &pool)
    case -0x8000_0000...0x7fff_ffff:
      codes.append(0b11110 << 32 | low(change, 32), bits: 37, in: &pool)
    default:
      codes.append(0b11111, bits: 5, in: &pool)
      codes.append(UInt64(bitPattern: change), bits: 64, in: &pool)
    }
  }

  private mutating func appendValue(_ value: UInt64, in pool: inout WordPool) {
    if hasDifferences {
      appendDifference(value, in: &pool)
    } else if let number = LinearPredictor.number(value, exponent: track.exponent) {
      appendNumber(number, in: &pool)
    } else {
      appendOther(value, in: &pool)
    }
  }

  /// Codes a number after so many zero bits.
  @inline(__always)
  private mutating func appendNumber(
    _ number: Int64, behind zeros: Int = 0, in pool: inout WordPool
  ) {
    endsInNumber = true
    let difference = number &- track.expected
    track.move(to: number, isFirst: sampleCount == 0)
    if difference == 0 {
      codes.append(0b0, bits: zeros + 1, in: &pool)
      return
    }
    let coded = ResidualCode.zigzag(difference)
    let needed = 64 - coded.leadingZeroBitCount
    let width = Int(track.width)
    // A much narrower width pays for the seven bits that announce it.
    if needed <= width, width <= needed + 7 {
      appendLong(prefix: 0b10, bits: zeros + 2, coded, bits: width, in: &pool)
    } else {
      track.width = UInt8(needed)
      let prefix = 0b110 << 6 | UInt64(needed - 1)
      appendLong(prefix: prefix, bits: zeros + 9, coded, bits: needed, in: &pool)
    }
  }

  /// Codes a value that is not an integer at the current power of ten.
  @inline(never)
  private mutating func appendOther(_ value: UInt64, in pool: inout WordPool) {
    let double = Double(bitPattern: value)
    endsInNumber = false
    if !double.isFinite || value == (-0.0).bitPattern {
      codes.append(0b111 << 4 | EscapeCode.verbatim, bits: 7, in: &pool)
      codes.append(value, bits: 64, in: &pool)
      return
    }
    for exponent in track.exponent...LinearPredictor.highestExponent {
      guard let number = LinearPredictor.number(value, exponent: exponent),
        track.rescale(to: exponent)
      else { continue }
      codes.append(0b111 << 4 | UInt64(exponent), bits: 7, in: &pool)
      appendNumber(number, in: &pool)
      return
    }
    codes.append(0b111 << 4 | EscapeCode.differences, bits: 7, in: &pool)
    hasDifferences = true
    appendDifference(value, in: &pool)
  }

  private mutating func appendDifference(_ value: UInt64, in pool: inout WordPool) {
    let difference = value ^ lastValue
    if difference == 0 {
      codes.append(0b0, bits: 1, in: &pool)
      return
    }
    let newLeading = UInt8(min(difference.leadingZeroBitCount, ValueWindow.maximumLeading))
    let newTrailing = UInt8(difference.trailingZeroBitCount)
    let significant = 64 - Int(newLeading) - Int(newTrailing)
    if leading <= newLeading, trailing <= newTrailing, leading != ValueWindow.none {
      let width = 64 - Int(leading) - Int(trailing)
      // A much narrower window pays for the eleven bits that announce it.
      if width <= significant + 11 {
        appendLong(prefix: 0b10, bits: 2, difference >> UInt64(trailing), bits: width, in: &pool)
        return
      }
    }
    leading = newLeading
    trailing = newTrailing
    let header = 0b11 << 11 | UInt64(newLeading) << 6 | UInt64(significant - 1)
    appendLong(
      prefix: header, bits: 13, difference >> UInt64(newTrailing), bits: significant, in: &pool)
  }

  @inline(__always)
  private mutating func appendLong(
    prefix: UInt64, bits prefixBits: Int, _ value: UInt64, bits: Int,
    in pool: inout WordPool
  ) {
    if prefixBits + bits <= 64 {
      codes.append(prefix << UInt64(bits) | value, bits: prefixBits + bits, in: &pool)
    } else {
      codes.append(prefix, bits: prefixBits, in: &pool)
      codes.append(value, bits: bits, in: &pool)
    }
  }

  private func low(_ value: Int64, _ bits: UInt64) -> UInt64 {
    UInt64(bitPattern: value) & ((1 << bits) - 1)
  }
}

/// The coded part of an XOR-coded value: the bits between the leading and trailing zeros of its XOR
/// with the previous value.
enum ValueWindow {
  /// More leading zeros are not recorded: the field has five bits.
  static let maximumLeading = 31
  /// Marks that no window has been written yet.
  static let none: UInt8 = 255
}

extension OpenChunk {
  /// The codes in an array, for `read`.
  func words(in pool: WordPool) -> [UInt64] {
    var words: [UInt64] = []
    codes.copy(from: pool, to: &words)
    return words
  }

  /// Frees the memory of the codes; the chunk must not be used any more.
  mutating func free(in pool: inout WordPool) { codes.free(in: &pool) }

  /// Appends the samples with times in `from...through`, coded in `words`, to the columns.
  func read(
    _ words: Span<UInt64>, from: Int64, through: Int64, into columns: inout SampleColumns
  ) {
    guard count > 0, first <= through, last >= from else { return }
    let isSound = SampleDecoder.decode(
      words, hasTrack: true, count: count, first: first, from: from, through: through,
      into: &columns)
    assert(isSound, "what is coded here can be decoded here")
  }
}
