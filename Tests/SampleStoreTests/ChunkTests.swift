import MetricModel
import SQLiteStorage
import StorageAPI
import TestSupport
import Testing

@testable import SampleStore

/// Samples come out of a chunk exactly as they went in.
struct ChunkTests {
  @Test func anEmptyChunkIsNotSealed() async {
    await #expect(processExitsWith: .failure) { _ = SealedChunk(SampleColumns(), number: 0) }
  }

  /// The kinds of random series.
  enum Shape: CaseIterable {
    case constant, counter, steady, gauge, bytes, zeros, stale, digits, large, noise, special, jumps
    /// Regular intervals and mostly linear values, which are decoded many at once.
    case punctual
  }

  @Test(arguments: Shape.allCases, UInt64(1)...40)
  func everySampleComesBackBitByBit(shape: Shape, seed: UInt64) throws {
    let samples = Self.series(shape, seed: seed)
    var pool = WordPool()
    let chunk = OpenChunk(samples, in: &pool)
    let words = chunk.words(in: pool)
    expectSame(read { chunk.read(words.span, from: .min, through: .max, into: &$0) }, samples)

    let sealed = SealedChunk(sealing: chunk, words: words, number: 7)
    let row = sealed.row(of: SeriesKey(rawValue: 3))
    let loaded = try #require(SealedChunk(row))
    expectSame(read { #expect(loaded.read(from: .min, through: .max, into: &$0)) }, samples)
    #expect(loaded.first == samples.timestamps.first && loaded.last == samples.timestamps.last)

    var random = RepeatableRandom(seed: seed)
    for _ in 0..<8 {
      let from = samples.timestamps.randomElement(using: &random) ?? 0
      let through = samples.timestamps.randomElement(using: &random) ?? 0
      var expected = SampleColumns()
      for (index, time) in samples.timestamps.enumerated() where time >= from && time <= through {
        expected.append(Timestamp(rawValue: time), samples.values[index])
      }
      expectSame(read { _ = loaded.read(from: from, through: through, into: &$0) }, expected)
      expectSame(
        read { chunk.read(words.span, from: from, through: through, into: &$0) }, expected)
    }
  }

  @Test func staleMarkersAndOtherNaNsRetainTheirBits() {
    let bits: [UInt64] = [
      StaleMarker.bits, 0x7ff8_0000_0000_0001, 0xfff8_dead_beef_0000, 0x7ff0_0000_0000_0001,
      Double.infinity.bitPattern, (-Double.infinity).bitPattern, (-0.0).bitPattern, 0, 1, .max,
    ]
    var chunk = OpenChunk()
    var pool = WordPool()
    for (index, value) in bits.enumerated() { chunk.append(Int64(index), value, in: &pool) }
    let words = chunk.words(in: pool)
    let columns = read { chunk.read(words.span, from: .min, through: .max, into: &$0) }
    #expect(columns.values.map(\.bitPattern) == bits)
  }

  @Test func theLastRepresentableTimesAreTimesToo() {
    var chunk = OpenChunk()
    let times: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]
    var pool = WordPool()
    for time in times { chunk.append(time, 5, in: &pool) }
    let words = chunk.words(in: pool)
    let columns = read { chunk.read(words.span, from: .min, through: .max, into: &$0) }
    #expect(columns.timestamps == times)
  }

  @Test func aChangedByteIsFound() throws {
    let samples = Self.series(.gauge, seed: 1)
    let row = SealedChunk(samples, number: 1).row(of: SeriesKey(rawValue: 1))
    for place in row.samples.indices {
      var bytes = row.samples
      bytes[place] ^= 0x10
      #expect(SealedChunk(changed(row, samples: bytes)) == nil)
    }
    #expect(SealedChunk(changed(row, samples: row.samples.dropLast())) == nil)
    #expect(SealedChunk(changed(row, count: row.count + 1)) == nil)
    #expect(SealedChunk(changed(row, encoding: 99)) == nil)
    #expect(SealedChunk(row) != nil)
  }

  @Test(arguments: UInt64(1)...200)
  func anyBytesCanBeDecodedWithoutHarm(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    let words = (0..<Int.random(in: 0...20, using: &random)).map { _ in random.next() }
    var columns = SampleColumns()
    let first = Int64.random(in: .min ... .max, using: &random)
    for hasTrack in [false, true] {
      columns.removeAll()
      _ = SampleDecoder.decode(
        words.span, hasTrack: hasTrack, count: 500, first: first, from: .min, through: .max,
        into: &columns)
      #expect(columns.count <= 500)
      #expect(columns.values.count == columns.timestamps.count)
    }
    columns.removeAll()
    _ = DecimalChunk.decode(
      words.span, count: 500, first: first, from: .min, through: .max, into: &columns)
    #expect(columns.count <= 500)
    #expect(columns.values.count == columns.timestamps.count)
  }

  @Test(arguments: [Shape.counter, .steady, .gauge, .bytes], UInt64(1)...5)
  func decimalNumbersTakeLessSpaceThanTheirBits(shape: Shape, seed: UInt64) throws {
    let samples = Self.series(shape, seed: seed)
    var pool = WordPool()
    let open = OpenChunk(samples, in: &pool)
    let bits = try #require(DecimalChunk.encode(samples)?.bitCount)
    if samples.count > 50 { #expect(bits < open.codes.tail.bitCount) }
  }

  /// A series that compresses well, with the bits that each sample takes.
  struct Expectation: Sendable {
    let name: String
    let bitsPerSample: Double
    let value: @Sendable (Int) -> Double

    static let all = [
      // A regular sample takes a bit for the time and one for the value.
      Self(name: "idle", bitsPerSample: 2.2) { _ in 7 },
      Self(name: "steady counter", bitsPerSample: 2.4) { Double($0 * 13) },
      Self(name: "restarted counter", bitsPerSample: 3) { Double($0 % 64 * 1000) },
      Self(name: "stale once", bitsPerSample: 2.8) { $0 == 100 ? StaleMarker.value : Double($0) },
      // Numbers below 1,000,000 with all their digits.
      Self(name: "hundredths", bitsPerSample: 24) { Double($0 * 7_919_317 % 1_000_003) / 100 },
    ]
  }

  @Test(arguments: Expectation.all)
  func expectedValuesTakeLittleSpace(expected: Expectation) {
    var chunk = OpenChunk()
    var pool = WordPool()
    for step in 0..<240 {
      chunk.append(Int64(step) * 15_000, expected.value(step).bitPattern, in: &pool)
    }
    #expect(Double(chunk.codes.tail.bitCount) / 240 < expected.bitsPerSample, "\(expected.name)")
  }

  @Test func chunksOfVersionOneCanBeRead() throws {
    // 1.5 at 0, the same at 15,000, 2.5 at 30,000.
    var codes = BitBuffer()
    codes.append(0b11 << 11 | 2 << 6 | 10, bits: 13)
    codes.append(0x3ff8_0000_0000_0000 >> 51, bits: 11)
    codes.append(0b1110 << 20 | 15_000, bits: 24)
    codes.append(0b0, bits: 1)
    codes.append(0b0, bits: 1)
    let difference = (1.5).bitPattern ^ (2.5).bitPattern
    let width = 64 - difference.leadingZeroBitCount - difference.trailingZeroBitCount
    codes.append(
      0b11 << 11 | UInt64(difference.leadingZeroBitCount) << 6 | UInt64(width - 1), bits: 13)
    codes.append(difference >> UInt64(difference.trailingZeroBitCount), bits: width)
    let columns = read {
      #expect(
        SampleDecoder.decode(
          codes.words.span, hasTrack: false, count: 3, first: 0, from: .min, through: .max,
          into: &$0))
    }
    #expect(columns.timestamps == [0, 15_000, 30_000])
    #expect(columns.values == [1.5, 1.5, 2.5])
  }

  @Test(arguments: UInt64(1)...50)
  func bitsComeBackInAnyWidth(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    let fields = (0..<300).map { _ in
      let width = Int.random(in: 1...64, using: &random)
      return (width: width, value: random.next() >> UInt64(64 - width))
    }
    var buffer = BitBuffer()
    for field in fields { buffer.append(field.value, bits: field.width) }
    var reader = BitReader(buffer.words.span)
    for field in fields {
      let value = reader.read(field.width)
      #expect(value == field.value)
    }
  }

  static func series(_ shape: Shape, seed: UInt64) -> SampleColumns {
    var random = RepeatableRandom(seed: seed)
    var columns = SampleColumns()
    var time = Int64.random(in: -1_000_000...2_000_000_000_000, using: &random)
    var value = Double(Int.random(in: 0...1000, using: &random))
    var slope = 0.0
    if shape == .bytes { value *= 4096 }
    for _ in 0..<Int.random(in: 1...300, using: &random) {
      columns.append(Timestamp(rawValue: time), value)
      time += shape == .jumps ? Int64.random(in: 1...1 << 40, using: &random) : 15_000
      if shape != .punctual, Bool.random(using: &random) {
        time += Int64.random(in: 0...70, using: &random)
      }
      switch shape {
      case .constant: break
      case .punctual:
        if Int.random(in: 0...20, using: &random) == 0 {
          slope = [0, 0, 1, 7, -3, 0.25].randomElement(using: &random) ?? 0
        }
        value += slope
      case .counter: value += Double(Int.random(in: 0...50, using: &random))
      case .gauge:
        value = ((value * 100).rounded() + Double(Int.random(in: -99...99, using: &random))) / 100
      case .steady: value += 1000 + Double(Int.random(in: 0...3, using: &random))
      case .bytes:
        value =
          (value / 4096).rounded() * 4096 + Double(Int.random(in: -40...40, using: &random) * 4096)
      case .zeros: value = [0, -0.0, 4096, 1.5, -8].randomElement(using: &random) ?? 0
      case .stale:
        let isStale = Int.random(in: 0...30, using: &random) == 0
        value = isStale ? StaleMarker.value : (value.isNaN ? 0 : value) + 0.25
      case .digits:
        let powers: [Double] = [1, 10, 1000, 1e6, 1e9]
        let power = powers.randomElement(using: &random) ?? 1
        value = Double(Int.random(in: -999_999...999_999, using: &random)) / power
      case .large:
        let number = Int64.random(in: -0x40_0000_0000_0000...0x40_0000_0000_0000, using: &random)
        value = Bool.random(using: &random) ? Double(number) : Double(number) / 1e9
      case .noise, .jumps: value = Double.random(in: -1e9...1e9, using: &random)
      case .special: value = Double(bitPattern: random.next())
      }
    }
    return columns
  }

  private func read(_ body: (inout SampleColumns) -> Void) -> SampleColumns {
    var columns = SampleColumns()
    body(&columns)
    return columns
  }

  private func changed(
    _ row: ChunkRow, count: Int? = nil, encoding: Int? = nil,
    samples: some Collection<UInt8> = [UInt8]()
  ) -> ChunkRow {
    ChunkRow(
      number: row.number, series: row.series, first: row.first, last: row.last,
      count: count ?? row.count, encoding: encoding ?? row.encoding, checksum: row.checksum,
      samples: samples.isEmpty ? row.samples : Array(samples))
  }
}

/// Compares by bits: a NaN is not equal to itself.
func expectSame(
  _ found: SampleColumns, _ expected: SampleColumns,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.timestamps == expected.timestamps, sourceLocation: sourceLocation)
  #expect(
    found.values.map(\.bitPattern) == expected.values.map(\.bitPattern),
    sourceLocation: sourceLocation)
}
