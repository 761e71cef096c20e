import StorageAPI

/// The samples of one series since its last sealed chunk, compressed as they come.
///
/// A time is coded as the change of its distance to the one before. A value that is a decimal number of few digits, as most are, is
/// coded by what it differs from the number that was expected (see `NumberTrack`): a counter that goes on as it went takes one bit.
/// From the first value that is none, values are coded as the bits in which they differ from the one before. Every bit pattern,
/// stale markers and other NaNs included, comes back as it was. See `SampleDecoder` for the way back.
struct OpenChunk: Sendable {
  /// How many samples there are.
  var count: Int { Int(sampleCount) }
  /// The time of the first sample; without meaning if there is none.
  private(set) var first: Int64 = 0
  /// The time of the last sample; without meaning if there is none.
  private(set) var last: Int64 = 0
  /// The bit pattern of the last value.
  private(set) var lastValue: UInt64 = 0
  /// The codes.
  private(set) var buffer = BitBuffer()

  // Small numbers side by side: there is one of these per series.
  private var sampleCount: UInt32 = 0
  private var delta: Int64 = 0
  private var track = NumberTrack()
  private var hasDifferences = false
  private var leading: UInt8 = ValueWindow.none
  private var trailing: UInt8 = 0

  init() {}

  /// Codes samples whose times grow.
  init(_ columns: SampleColumns) {
    for index in columns.timestamps.indices {
      append(columns.timestamps[index], columns.values[index].bitPattern)
    }
  }

  /// Appends a sample that is later than the last one.
  ///
  /// - Complexity: O(1) amortised.
  mutating func append(_ timestamp: Int64, _ value: UInt64) {
    assert(sampleCount == 0 || timestamp > last)
    if sampleCount == 0 {
      first = timestamp
    } else {
      appendTime(timestamp)
    }
    last = timestamp
    appendValue(value)
    lastValue = value
    sampleCount += 1
  }

  private mutating func appendTime(_ timestamp: Int64) {
    // Wrapping: the distance of two times may not fit, its code modulo 2^64 does.
    let newDelta = timestamp &- last
    let change = newDelta &- delta
    delta = newDelta
    switch change {
    case 0: buffer.append(0b0, bits: 1)
    case -64...63: buffer.append(0b10 << 7 | low(change, 7), bits: 9)
    case -8192...8191: buffer.append(0b110 << 14 | low(change, 14), bits: 17)
    case -524_288...524_287: buffer.append(0b1110 << 20 | low(change, 20), bits: 24)
    case -0x8000_0000...0x7fff_ffff: buffer.append(0b11110 << 32 | low(change, 32), bits: 37)
    default:
      buffer.append(0b11111, bits: 5)
      buffer.append(UInt64(bitPattern: change), bits: 64)
    }
  }

  private mutating func appendValue(_ value: UInt64) {
    if hasDifferences { return appendDifference(value) }
    if let number = NumberTrack.number(value, exponent: track.exponent) {
      appendNumber(number)
    } else {
      appendOther(value)
    }
  }

  private mutating func appendNumber(_ number: Int64) {
    let difference = number &- track.expected
    track.move(to: number, isFirst: sampleCount == 0)
    if difference == 0 {
      buffer.append(0b0, bits: 1)
      return
    }
    let coded = ResidualCode.zigzag(difference)
    let needed = 64 - coded.leadingZeroBitCount
    let width = Int(track.width)
    // A much narrower width pays for the seven bits that tell it.
    if needed <= width, width <= needed + 7 {
      appendLong(prefix: 0b10, bits: 2, coded, bits: width)
    } else {
      track.width = UInt8(needed)
      appendLong(prefix: 0b110 << 6 | UInt64(needed - 1), bits: 9, coded, bits: needed)
    }
  }

  /// Codes a value that is no whole number of the track's power of ten.
  @inline(never)
  private mutating func appendOther(_ value: UInt64) {
    let double = Double(bitPattern: value)
    if !double.isFinite || value == (-0.0).bitPattern {
      buffer.append(0b111 << 4 | TrackEscape.verbatim, bits: 7)
      buffer.append(value, bits: 64)
      return
    }
    for exponent in track.exponent...NumberTrack.highestExponent {
      guard let number = NumberTrack.number(value, exponent: exponent),
        track.rescale(to: exponent)
      else { continue }
      buffer.append(0b111 << 4 | UInt64(exponent), bits: 7)
      appendNumber(number)
      return
    }
    buffer.append(0b111 << 4 | TrackEscape.differences, bits: 7)
    hasDifferences = true
    appendDifference(value)
  }

  private mutating func appendDifference(_ value: UInt64) {
    let difference = value ^ lastValue
    if difference == 0 {
      buffer.append(0b0, bits: 1)
      return
    }
    let newLeading = UInt8(min(difference.leadingZeroBitCount, ValueWindow.maximumLeading))
    let newTrailing = UInt8(difference.trailingZeroBitCount)
    let significant = 64 - Int(newLeading) - Int(newTrailing)
    if leading <= newLeading, trailing <= newTrailing, leading != ValueWindow.none {
      let width = 64 - Int(leading) - Int(trailing)
      // A much narrower window pays for the eleven bits that tell it.
      if width <= significant + 11 {
        appendLong(prefix: 0b10, bits: 2, difference >> UInt64(trailing), bits: width)
        return
      }
    }
    leading = newLeading
    trailing = newTrailing
    let header = 0b11 << 11 | UInt64(newLeading) << 6 | UInt64(significant - 1)
    appendLong(prefix: header, bits: 13, difference >> UInt64(newTrailing), bits: significant)
  }

  private mutating func appendLong(
    prefix: UInt64, bits prefixBits: Int, _ value: UInt64, bits: Int
  ) {
    if prefixBits + bits <= 64 {
      buffer.append(prefix << UInt64(bits) | value, bits: prefixBits + bits)
    } else {
      buffer.append(prefix, bits: prefixBits)
      buffer.append(value, bits: bits)
    }
  }

  private func low(_ value: Int64, _ bits: UInt64) -> UInt64 {
    UInt64(bitPattern: value) & ((1 << bits) - 1)
  }
}

/// The part of a value that is coded: what lies between the leading and trailing zeros of its difference to the one before.
enum ValueWindow {
  /// More leading zeros are not told: the number has five bits.
  static let maximumLeading = 31
  /// Marks that no window was told yet.
  static let none: UInt8 = 255
}

extension OpenChunk {
  /// Appends the samples with times in `from...through` to the columns.
  func read(from: Int64, through: Int64, into columns: inout SampleColumns) {
    guard count > 0, first <= through, last >= from else { return }
    let isSound = SampleDecoder.decode(
      buffer.full.span, tail: buffer.tail, hasTrack: true, count: count, first: first, from: from,
      through: through, into: &columns)
    assert(isSound, "what is coded here can be decoded here")
  }
}
