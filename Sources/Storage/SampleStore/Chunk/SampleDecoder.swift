import StorageAPI

/// Decodes the codes of an `OpenChunk`.
enum SampleDecoder {
  /// Appends the samples with times in `from...through` to the columns; returns `false` if the
  /// codes are damaged.
  ///
  /// `hasTrack` says whether values begin as predicted numbers; version 0.1 XOR-coded from the
  /// start. Zeros at the end of the codes may be missing: samples as predicted take no space.
  ///
  /// - Complexity: O(count); samples before the range are decoded too, those after it are not.
  static func decode(
    _ words: Span<UInt64>, hasTrack: Bool, count: Int, first: Int64, from: Int64,
    through: Int64, into columns: inout SampleColumns
  ) -> Bool {
    var isSound = true
    columns.timestamps.append(addingCapacity: count) { timestamps in
      columns.values.append(addingCapacity: count) { values in
        isSound = decode(
          BitReader(words), hasTrack, count, first, from, through, into: &timestamps,
          &values)
      }
    }
    return isSound
  }

  @inline(__always)
  private static func decode(
    _ codes: BitReader, _ hasTrack: Bool, _ count: Int, _ first: Int64, _ from: Int64,
    _ through: Int64,
    into timestamps: inout OutputSpan<Int64>, _ values: inout OutputSpan<Double>
  ) -> Bool {
    var position = 0
    var timestamp = first
    var delta: Int64 = 0
    var value: UInt64 = 0
    var width = 0
    var trailing = 0
    var isTracked = hasTrack
    var track = LinearPredictor()
    var index = 0
    while index < count {
      // Most samples take less than 64 bits, so one read serves both the time and the value.
      var bits = codes.peek(at: position)
      var known = 64
      if isTracked, index > 0, bits >> 62 == 0, delta > 0 {
        // Samples that are on time and as predicted take two zero bits each.
        let length = min(bits.leadingZeroBitCount / 2, count - index)
        let (taken, isEnd) = run(
          length, &track, &timestamp, delta, from, through, into: &timestamps, &values)
        if isEnd { break }
        value = track.value.bitPattern
        position += 2 * taken
        index += taken
        continue
      }
      defer { index += 1 }
      if index > 0 {
        let (change, length) = Self.change(bits, codes, position)
        delta &+= change
        timestamp &+= delta
        position += length
        bits <<= UInt64(min(length, 63))
        known -= length
      }
      if timestamp > through { break }
      if known < 13 {
        bits = codes.peek(at: position)
        known = 64
      }
      if isTracked, bits >> 61 == 0b111 {
        let escape = (bits >> 57) & 15
        position += 7
        bits = codes.peek(at: position)
        known = 64
        switch escape {
        case EscapeCode.verbatim:
          value = bits
          position += 64
          if timestamp >= from {
            timestamps.append(timestamp)
            values.append(Double(bitPattern: value))
          }
          continue
        case EscapeCode.differences: isTracked = false
        default: guard track.rescale(to: UInt8(escape)) else { return false }
        }
      }
      if isTracked {
        guard let length = step(&track, bits, known, codes, position, isFirst: index == 0) else {
          return false
        }
        position += length
        value = track.value.bitPattern
      } else if bits >> 63 == 0 {
        position += 1
      } else {
        var length = 2
        if bits >> 62 == 0b11 {
          let header = (bits >> 51) & 0x7ff
          width = Int(header & 63) + 1
          trailing = 64 - Int(header >> 6) - width
          length = 13
        }
        // Only damaged codes have no window yet, or one that is too wide.
        guard width > 0, trailing >= 0 else { return false }
        let significant =
          length + width <= known ? bits << UInt64(length) : codes.peek(at: position + length)
        value ^= (significant &>> UInt64(64 - width)) &<< UInt64(trailing)
        position += length + width
      }
      if timestamp >= from {
        timestamps.append(timestamp)
        values.append(Double(bitPattern: value))
      }
    }
    return true
  }

  /// Skips samples that are all as predicted; returns how many there were, and whether the next one
  /// is after the range.
  @inline(__always)
  private static func run(
    _ count: Int, _ track: inout LinearPredictor, _ timestamp: inout Int64, _ delta: Int64,
    _ from: Int64, _ through: Int64, into timestamps: inout OutputSpan<Int64>,
    _ values: inout OutputSpan<Double>
  ) -> (taken: Int, isEnd: Bool) {
    var number = track.number
    let step = track.run(count)
    for taken in 0..<count {
      timestamp &+= delta
      if timestamp > through { return (taken, true) }
      number &+= step
      if timestamp >= from {
        timestamps.append(timestamp)
        values.append(track.value(of: number))
      }
    }
    return (count, false)
  }

  /// Decodes the number at the start of the bits and returns its length in bits; `nil` if they are
  /// damaged.
  @inline(__always)
  private static func step(
    _ track: inout LinearPredictor, _ bits: UInt64, _ known: Int, _ codes: BitReader,
    _ position: Int,
    isFirst: Bool
  ) -> Int? {
    if bits >> 63 == 0 {
      track.move(to: track.expected, isFirst: isFirst)
      return 1
    }
    var length = 2
    if bits >> 62 == 0b11 {
      // An escape code after an escape code.
      guard bits >> 61 == 0b110 else { return nil }
      track.width = UInt8((bits >> 55) & 63) + 1
      length = 9
    }
    let width = Int(track.width)
    guard width > 0 else { return nil }
    let coded = length + width <= known ? bits << UInt64(length) : codes.peek(at: position + length)
    let difference = ResidualCode.unzigzag(coded &>> UInt64(64 - width))
    track.move(to: track.expected &+ difference, isFirst: isFirst)
    return length + width
  }

  /// The change of the time difference at the start of the bits, and its length in bits.
  @inline(__always)
  private static func change(
    _ bits: UInt64, _ codes: BitReader, _ position: Int
  ) -> (change: Int64, length: Int) {
    if bits >> 63 == 0 { return (0, 1) }
    let signed = Int64(bitPattern: bits)
    switch (~bits).leadingZeroBitCount {
    case 1: return ((signed << 2) >> 57, 9)
    case 2: return ((signed << 3) >> 50, 17)
    case 3: return ((signed << 4) >> 44, 24)
    case 4: return ((signed << 5) >> 32, 37)
    default: return (Int64(bitPattern: codes.peek(at: position + 5)), 69)
    }
  }
}
