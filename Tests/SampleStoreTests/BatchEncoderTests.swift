import MetricModel
import StateDatabase
import TestSupport
import Testing

@testable import SampleStore

/// A batch comes back from its journal row as it went in.
struct BatchEncoderTests {
  struct Sample: Equatable {
    let series: Int64, timestamp: Int64
    let value: UInt64
  }

  @Test(arguments: UInt64(1)...50)
  func batchesComeBack(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    let samples = (0..<Int.random(in: 1...200, using: &random)).map { _ in
      Sample(
        series: Int64.random(in: 1 ... .max, using: &random),
        timestamp: Int64.random(in: .min ... .max, using: &random), value: random.next())
    }
    let row = encode(samples)
    var found: [Sample] = []
    #expect(
      BatchDecoder.decode(row) { _, series, timestamp, value in
        found.append(Sample(series: series, timestamp: timestamp, value: value))
      })
    #expect(found == samples)
  }

  @Test func aRoundNumberOfTheNextSeriesTakesFewBytes() {
    let samples = (1...1000).map {
      Sample(series: $0, timestamp: 1_700_000_000_000, value: Double($0 % 50).bitPattern)
    }
    #expect(encode(samples).samples.count < 4 * 1000)
  }

  @Test func aChangedOrCutRowIsRefused() {
    let row = encode((1...20).map { Sample(series: $0, timestamp: 5, value: StaleMarker.bits) })
    for place in row.samples.indices {
      var bytes = row.samples
      bytes[place] &+= 1
      expectRefused(JournalRow(sequence: 1, checksum: row.checksum, samples: bytes))
      let cut = Array(row.samples[..<place])
      expectRefused(JournalRow(sequence: 1, checksum: row.checksum, samples: cut))
    }
  }

  @Test(arguments: UInt64(1)...200, [1, 3, 4] as [UInt8])
  func anyBytesWithTheRightChecksumDoNoHarm(seed: UInt64, layout: UInt8) {
    var random = RepeatableRandom(seed: seed)
    let bytes = [layout] + (0..<50).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    _ = BatchDecoder.decode(
      JournalRow(sequence: 1, checksum: Checksum.of(bytes), samples: bytes)
    ) { _, _, _, _ in }
  }

  @Test func rowsOfTheFirstLayoutAreStillRead() {
    var bytes: [UInt8] = [1]
    for (series, time, value) in [(5, 1000, 1.5), (1, 0, 2)] as [(Int64, Int64, Double)] {
      Varint.appendSigned(series, to: &bytes)
      Varint.appendSigned(time, to: &bytes)
      Varint.append(value.bitPattern.byteSwapped, to: &bytes)
    }
    var found: [Sample] = []
    let row = JournalRow(sequence: 1, checksum: Checksum.of(bytes), samples: bytes)
    #expect(
      BatchDecoder.decode(row) { _, series, timestamp, value in
        found.append(Sample(series: series, timestamp: timestamp, value: value))
      })
    #expect(
      found == [
        Sample(series: 5, timestamp: 1000, value: (1.5).bitPattern),
        Sample(series: 6, timestamp: 1000, value: (2.0).bitPattern),
      ])
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

  private func expectRefused(_ row: JournalRow) {
    var count = 0
    #expect(!BatchDecoder.decode(row) { _, _, _, _ in count += 1 })
    #expect(count == 0)
  }

  private func encode(_ samples: [Sample]) -> JournalRow {
    var encoder = BatchEncoder(sampleCount: samples.count)
    for sample in samples { encoder.append(sample.series, sample.timestamp, sample.value) }
    return encoder.row(sequence: 9)
  }
}
