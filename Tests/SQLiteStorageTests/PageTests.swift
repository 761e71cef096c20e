import MetricModel
import SQLiteStorage
import StorageAPI
import TestSupport
import Testing

@testable import SQLiteStorage

/// Rows that chunks and series share return exactly what was written.
struct PageTests {
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func chunksComeBackInTheOrderOfSeriesAndTime(seed: UInt64) throws {
    var random = RepeatableRandom(seed: seed)
    var chunks: [ChunkRow] = []
    for _ in 0..<Int.random(in: 1...400, using: &random) {
      let first = Int64.random(in: -20_000_000...20_000_000, using: &random)
      chunks.append(
        chunk(
          Int64.random(in: 1...1500, using: &random), first,
          first + Int64.random(in: 0...4_000_000, using: &random),
          bytes: Int.random(in: 0...300, using: &random)))
    }
    // The largest numbers there are.
    chunks.append(chunk(.max, .min, .max, bytes: 9000))
    let pages = ChunkPage.packing(chunks)
    var found: [ChunkRow] = []
    for pack in pages {
      var inside: [ChunkRow] = []
      #expect(ChunkPage.read(pack.body, into: &inside, where: { _ in true }))
      #expect(pack.chunks == inside.count)
      #expect(pack.samples == inside.reduce(0) { $0 + $1.count })
      #expect(pack.first == inside.map(\.first.rawValue).min())
      #expect(pack.last == inside.map(\.last.rawValue).max())
      #expect(pack.low == inside.first?.series.rawValue)
      #expect(pack.high == inside.last?.series.rawValue)
      #expect(inside.allSatisfy { ChunkPage.bucket(of: $0.series) == pack.bucket })
      #expect(Set(inside.map { ChunkPage.period(of: $0.last.rawValue) }).count == 1)
      #expect(pack.body.count <= ChunkPage.maximumBodyBytes || inside.count == 1)
      found += inside
    }
    func text(_ chunk: ChunkRow) -> String {
      "\(chunk.series) \(chunk.first) \(chunk.last) \(chunk.count) \(chunk.encoding) "
        + "\(chunk.checksum) \(chunk.samples)"
    }
    #expect(found.map(text).sorted() == chunks.map(text).sorted())
  }

  @Test func chunksFillAPage() {
    let pages = ChunkPage.packing((1...500).map { chunk($0, 0, 3_600_000, bytes: 160) })
    #expect(pages.dropLast().allSatisfy { $0.body.count > 7900 })
  }

  @Test(arguments: 1...300 as ClosedRange<UInt64>)
  func wrongBytesAreNoChunksOrOtherOnes(seed: UInt64) {
    var random = RepeatableRandom(seed: seed)
    var body = ChunkPage.packing((1...40).map { chunk($0, $0, $0 + 9, bytes: 20) })[0].body
    for _ in 0..<Int.random(in: 1...5, using: &random) {
      body[Int.random(in: body.indices, using: &random)] = .random(in: 0...255, using: &random)
    }
    body.removeLast(Int.random(in: 0...20, using: &random))
    var found: [ChunkRow] = []
    _ = ChunkPage.read(body, into: &found, where: { _ in true })
    #expect(found.count <= body.count)
    _ = SeriesPage.series(in: body)
    _ = BucketSpans(body)
  }

  @Test(arguments: [
    (0, 0), (7_199_999, 0), (7_200_000, 1), (-1, -1), (-7_200_000, -1), (-7_200_001, -2),
    (Int64.max, Int64.max / 7_200_000), (.min, .min / 7_200_000 - 1),
  ])
  func aTimeIsInThePeriodAroundIt(time: Int64, period: Int64) {
    #expect(ChunkPage.period(of: time) == period)
    #expect(ChunkPage.times(in: period).contains(time))
  }

  @Test func labelsComeBackByteByByte() throws {
    var series = (1...2000).map { number in
      StoredLabels(
        key: SeriesKey(rawValue: Int64(number * 3)),
        labels: Labels(
          name: "metric_\(number / 50)",
          [("instance", "localhost:9100"), ("job", "node"), ("n", "\(number)")]
        ).packed, checksum: number.isMultiple(of: 7) ? nil : UInt32(number))
    }
    let long = Labels(["path": String(repeating: "x", count: 20_000), "short": "y"])
    series.append(StoredLabels(key: SeriesKey(rawValue: 9000), labels: long.packed, checksum: 1))
    for (place, bytes) in ([[], [9, 9], [0], [1, 65], [255, 1, 0, 0, 0, 65]] as [[UInt8]])
      .enumerated()
    {
      let key = SeriesKey(rawValue: Int64(10_000 + place))
      series.append(StoredLabels(key: key, labels: bytes, checksum: 2))
    }
    let pages = SeriesPage.packing(series.shuffled())
    var found: [StoredLabels] = []
    for pack in pages {
      let inside = try #require(SeriesPage.series(in: pack.body))
      #expect(pack.low == inside.first?.key.rawValue)
      found += inside
    }
    #expect(found.map(\.key) == series.map(\.key))
    #expect(found.map(\.labels) == series.map(\.labels))
    #expect(found.map(\.checksum) == series.map(\.checksum))
    // Each name and value once in a row: about the number and the positions of four pairs.
    #expect(pages.reduce(0) { $0 + $1.body.count } < 2000 * 25 + 20_100)
  }

  private func chunk(_ series: Int64, _ first: Int64, _ last: Int64, bytes: Int) -> ChunkRow {
    ChunkRow(
      number: 0, series: SeriesKey(rawValue: series), first: Timestamp(rawValue: first),
      last: Timestamp(rawValue: last), count: bytes + 1, encoding: bytes % 8,
      checksum: UInt32(truncatingIfNeeded: first &* 31 &+ series),
      samples: (0..<bytes).map {
        UInt8(truncatingIfNeeded: Int($0) &* 7 &+ Int(truncatingIfNeeded: series))
      })
  }
}
