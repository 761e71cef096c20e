import Codecs
import MetricModel
import SQLiteStorage
import TestSupport
import Testing

@testable import SampleStore

/// A batch comes back from its write-ahead record as it went in.
struct BatchEncoderTests {
  struct Sample: Equatable {
    let series: Int64, timestamp: Int64
    let value: UInt64
  }

  /// Values of every kind that a record encodes specially, and those at the edges between them.
  static let edges: [UInt64] = {
    let values: [Double] = [
      0, -0.0, 1, -1, 0.1, -0.1, 12.34, 1e-9, 123_456_789.987654321, 0.1 + 0.2, 1 / 3, .pi, 0.5,
      0x1p53, 0x1p53 - 1, -0x1p53 + 1, 0x1p50, 0x1p50 - 1, 1e15, 1e16, 1e300,
      .leastNonzeroMagnitude, .infinity,
      -.infinity, .nan, .signalingNaN, Double(Float(23.4)), 1_700_000_000.123, 0x1p55 / 10,
    ]
    let patterns: [UInt64] = [
      StaleMarker.bits, .max, .max - 1, 0x7ff8_0000_0000_0001, 0xfff8_0000_0000_0000,
    ]
    let bits = (0..<64).flatMap { place -> [UInt64] in
      let bit: UInt64 = 1 << UInt64(place)
      return [bit, bit - 1, ~bit]
    }
    return values.map(\.bitPattern) + patterns + bits
  }()

  @Test(arguments: UInt64(1)...50)
  func batchesComeBack(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    let samples = (0..<Int.random(in: 1...200, using: &random)).map { _ in
      Sample(
        series: Int64.random(in: 1 ... .max, using: &random),
        timestamp: Int64.random(in: .min ... .max, using: &random), value: random.next())
    }
    #expect(decode(encode(samples)) == samples)
  }

  @Test(arguments: UInt64(1)...50)
  func runsOfSeriesTimesAndDecimalsComeBack(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    var last = Sample(series: 7, timestamp: 1_700_000_000_000, value: 0)
    let samples = (0..<Int.random(in: 1...500, using: &random)).map { _ -> Sample in
      let isRun = Int.random(in: 0..<20, using: &random) > 0
      let powers: [Double] = [1, 10, 100, 10_000, 1e9]
      let power = powers.randomElement(using: &random) ?? 1
      let number = Int64.random(in: -0x40_0000_0000_0000...0x40_0000_0000_0000, using: &random)
      let shift = Int64.random(in: 0..<56, using: &random)
      let value = Double(number >> shift) / power
      last = Sample(
        series: isRun ? last.series + 1 : Int64.random(in: 1...5000, using: &random),
        timestamp: isRun
          ? last.timestamp : last.timestamp + Int64.random(in: -9...9, using: &random),
        value: value.bitPattern)
      return last
    }
    #expect(decode(encode(samples)) == samples)
  }

  @Test func everyKindOfValueComesBackBitByBit() {
    let samples = Self.edges.enumerated().map {
      Sample(series: Int64($0.offset), timestamp: 5, value: $0.element)
    }
    #expect(decode(encode(samples)) == samples)
    for sample in samples { #expect(decode(encode([sample])) == [sample]) }
  }

  @Test(arguments: UInt64(1)...20)
  func aChunkHandsItsLastValueOnBitByBit(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    var pool = WordPool()
    var chunk = OpenChunk()
    for time in 1...300 as ClosedRange<Int64> {
      let isOdd = Int.random(in: 0..<50, using: &random) == 0
      let power: Double = [1, 10, 100][Int(seed % 3)]
      let value =
        isOdd
        ? Self.edges.randomElement(using: &random) ?? 0
        : (Double(Int.random(in: -9999...9999, using: &random)) / power).bitPattern
      chunk.append(time, value, in: &pool)
      let code = chunk.lastCode
      #expect(ValueCode.value(code.bits, nibble: code.nibble) == value)
    }
  }

  @Test func aScrapeTakesFewBytes() {
    // Half counters, a quarter gauges, a quarter buckets, as in a typical scrape.
    var pool = WordPool()
    var encoder = BatchEncoder()
    encoder.begin(sampleCount: 2000)
    for index in 0..<2000 as Range<Int64> {
      let value =
        switch index {
        case ..<1000: Double(index * 1000 + 40)
        case ..<1500: Double((index * 7_919_993) % 1_000_000) / 10_000
        default: Double(index % 12 * 400)
        }
      var chunk = OpenChunk()
      chunk.append(1_700_000_000_000, value.bitPattern, in: &pool)
      encoder.append(index + 77, 1_700_000_000_000, chunk.lastCode)
    }
    #expect(encoder.row(sequence: 1).samples.count < 6500)
  }

  @Test func aRoundNumberOfTheNextSeriesTakesFewBytes() {
    let samples = (1...1000).map {
      Sample(series: $0, timestamp: 1_700_000_000_000, value: Double($0 % 50).bitPattern)
    }
    #expect(encode(samples).samples.count < 3 * 1000)
  }

  @Test func memoryIsUsedAgainWithoutATraceOfWhatWasThere() {
    var encoder = BatchEncoder()
    for count in [500, 3, 40_000, 20, 0, 16] {
      let samples = (0..<count).map {
        Sample(series: Int64($0), timestamp: 9, value: Self.edges[$0 % Self.edges.count])
      }
      #expect(decode(encode(samples, with: &encoder)) == samples)
    }
  }

  @Test func joinedRowsHaveTheBatchesInTheirOrder() {
    let batches = (0..<30).map { batch in
      (0..<400).map { Sample(series: Int64($0), timestamp: batch, value: Self.edges[$0 % 20]) }
    }
    let rows = batches.enumerated().map { encode($0.element, sequence: Int64($0.offset)) }
    let joined = WALRecord.joining(rows)
    #expect(joined.count > 1 && joined.count < 5)
    #expect(joined.allSatisfy { $0.samples.count <= WALRecord.joinedBytes })
    #expect(
      joined.last?.sequence == 29 && joined.map(\.sequence) == joined.map(\.sequence).sorted())
    let isInOrder = joined.flatMap { decode($0) ?? [] } == batches.flatMap(\.self)
    #expect(isInOrder)
    #expect(WALRecord.joining([rows[3]]).map(\.checksum) == [rows[3].checksum])
  }

  @Test func aChangedOrCutRowIsRefused() {
    let row = encode((1...20).map { Sample(series: $0, timestamp: 5, value: StaleMarker.bits) })
    for row in [row] + WALRecord.joining([row, row]) {
      for place in row.samples.indices {
        var bytes = row.samples
        bytes[place] &+= 1
        expectRefused(WALRecord(sequence: 1, checksum: row.checksum, samples: bytes))
        let cut = Array(row.samples[..<place])
        expectRefused(WALRecord(sequence: 1, checksum: row.checksum, samples: cut))
      }
    }
  }

  @Test(arguments: UInt64(1)...200, [1, 3, 4, 5, 6] as [UInt8])
  func anyBytesWithTheRightChecksumDoNoHarm(seed: UInt64, layout: UInt8) {
    var random = RepeatableRandom(seed: seed)
    let bytes = [layout] + (0..<55).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    _ = decode(WALRecord(sequence: 1, checksum: Checksum.of(bytes), samples: bytes))
  }

  /// The numbers of the parts stay plausible, so that the parts themselves are decoded.
  @Test(arguments: UInt64(1)...500)
  func damageThatHidesFromTheChecksumDoesNoHarm(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    let samples = (0..<40).map {
      Sample(series: Int64($0), timestamp: 5, value: Self.edges[Int(seed) % 30 + $0])
    }
    var bytes = encode(samples).samples
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = Int.random(in: (seed % 2 == 0 ? 16 : 4)..<bytes.count, using: &random)
      bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    }
    var checksum = Checksum()
    for start in stride(from: 0, to: bytes.count, by: 8) {
      checksum.combine(bytes[start..<(start + 8)].reduce(0) { $0 << 8 | UInt64($1) })
    }
    let row = WALRecord(sequence: 1, checksum: checksum.value, samples: bytes)
    let found = decode(row)
    #expect((found?.count ?? 0) <= 8 * 16 * bytes.count)
  }

  @Test func rowsOfTheFirstLayoutAreStillRead() {
    var bytes: [UInt8] = [1]
    for (series, time, value) in [(5, 1000, 1.5), (1, 0, 2)] as [(Int64, Int64, Double)] {
      Varint.appendSigned(series, to: &bytes)
      Varint.appendSigned(time, to: &bytes)
      Varint.append(value.bitPattern.byteSwapped, to: &bytes)
    }
    #expect(
      decode(WALRecord(sequence: 1, checksum: Checksum.of(bytes), samples: bytes)) == [
        Sample(series: 5, timestamp: 1000, value: (1.5).bitPattern),
        Sample(series: 6, timestamp: 1000, value: (2.0).bitPattern),
      ])
  }

  @Test(arguments: [(3, .samples), (4, .late)] as [(UInt8, BatchEncoder.Kind)])
  func rowsOfTheSecondLayoutAreStillRead(layout: UInt8, kind: BatchEncoder.Kind) {
    // Another series and time; the next series at the same time; another time only.
    var bytes: [UInt8] = [layout, 0x32]
    Varint.appendSigned(4, to: &bytes)
    Varint.appendSigned(1000, to: &bytes)
    bytes += [0x3f, 0xf8, 0x01, 0x40, 0x20]
    Varint.appendSigned(-10, to: &bytes)
    let row = WALRecord(sequence: 1, checksum: Checksum.of(bytes), samples: bytes)
    var kinds: [BatchEncoder.Kind] = []
    #expect(BatchDecoder.decode(row) { found, _, _, _ in kinds.append(found) })
    #expect(kinds == [kind, kind, kind])
    #expect(
      decode(row) == [
        Sample(series: 5, timestamp: 1000, value: (1.5).bitPattern),
        Sample(series: 6, timestamp: 1000, value: (2.0).bitPattern),
        Sample(series: 7, timestamp: 990, value: 0),
      ])
    expectRefused(WALRecord(sequence: 1, checksum: row.checksum, samples: bytes.dropLast()))
  }

  @Test(arguments: [
    Labels.empty, ["a": "b"], ["__name__": "up", "job": "node", "path": "/é\u{0}ñ"],
    Labels([("long", String(repeating: "x", count: 300))]),
  ])
  func labelSetsComeBackFromTheirPackedForm(labels: Labels) {
    #expect(Labels(validating: labels.packed) == labels)
    for end in labels.packed.indices.dropFirst() {
      let cut = Labels(validating: Array(labels.packed[..<end]))
      #expect(cut == nil || cut?.packed == Array(labels.packed[..<end]))
    }
  }

  @Test(arguments: [
    [1], [1, 97], [1, 97, 0], [255, 255, 255, 255, 255, 97], [1, 98, 1, 99, 1, 97, 1, 99],
  ])
  func bytesThatAreNoLabelSetAreRefused(bytes: [UInt8]) {
    #expect(Labels(validating: bytes) == nil)
  }

  private func expectRefused(_ row: WALRecord) {
    var count = 0
    #expect(!BatchDecoder.decode(row) { _, _, _, _ in count += 1 })
    #expect(count == 0)
  }

  /// The samples of a record; nil if it is damaged.
  private func decode(_ row: WALRecord) -> [Sample]? {
    var found: [Sample] = []
    let isSound = BatchDecoder.decode(row) { _, series, timestamp, value in
      found.append(Sample(series: series, timestamp: timestamp, value: value))
    }
    return isSound ? found : nil
  }

  private func encode(_ samples: [Sample], sequence: Int64 = 9) -> WALRecord {
    var encoder = BatchEncoder()
    return encode(samples, sequence: sequence, with: &encoder)
  }

  private func encode(
    _ samples: [Sample], sequence: Int64 = 9, with encoder: inout BatchEncoder
  ) -> WALRecord {
    encoder.begin(sampleCount: samples.count)
    for sample in samples {
      encoder.append(sample.series, sample.timestamp, ValueCode(sample.value))
    }
    return encoder.row(sequence: sequence)
  }
}
