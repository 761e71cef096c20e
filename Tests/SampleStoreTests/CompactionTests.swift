import MetricModel
import SQLiteStorage
import StorageAPI
import TestSupport
import Testing

@testable import SampleStore

/// Short or scattered chunks are joined, and every sample stays as it was.
struct CompactionTests {
  @Test(arguments: [
    ([8, 8, 8], [8, 8, 8]), ([3, 8], [11]), ([8, 3, 8, 3], [11, 11]), ([1, 1, 1, 1], [4]),
    ([7, 7, 7], [14, 7]), ([16, 2], [16, 2]), ([9, 7], [16]), ([5], [5]), ([], []),
  ])
  func neighboursOfWhichOneIsShortAreJoined(counts: [Int], joined: [Int]) {
    let rows = rows(counts, series: 1) + rows(counts, series: 2)
    let merge = ChunkMerge(rows, samplesPerChunk: 8)
    #expect(merge.chunks.map(\.count) == joined + joined)
    #expect(merge.joined == 2 * (counts.count - joined.count))
    #expect(merge.chunks.map(\.series.rawValue) == joined.map { _ in 1 } + joined.map { _ in 2 })
    var columns = SampleColumns()
    for chunk in merge.chunks.prefix(joined.count) {
      #expect(SealedChunk(chunk)?.read(from: .min, through: .max, into: &columns) == true)
    }
    #expect(columns.timestamps == (0..<Int64(counts.reduce(0, +))).map { $0 })
    #expect(columns.values.allSatisfy { $0 == 7 })
  }

  @Test func aDamagedChunkIsJoinedToNothing() {
    var rows = rows([3, 3, 3], series: 1)
    rows[1] = ChunkRow(
      number: 0, series: rows[1].series, first: rows[1].first, last: rows[1].last, count: 3,
      encoding: 1, checksum: 1, samples: [])
    #expect(ChunkMerge(rows, samplesPerChunk: 8).chunks.map(\.count) == [3, 3, 3])
  }

  @Test func samplesAndSpansStayThroughCompactionAndKills() async throws {
    let fixture = try await StoreFixture(settings: .small)
    let store = fixture.store
    // Series without samples in front, so that the others do not all share their rows.
    _ = try await store.series(for: (0..<490).map { Labels(name: "empty", [("n", "\($0)")]) })
    let all = (0..<60).map { Labels(name: "m", [("n", "\($0)")]) }
    // Ten hours, with a round of maintenance that seals what is old every four minutes.
    for step in 0..<300 as Range<Int64> {
      let time = step * 120_000
      var batch = SampleBatch()
      // Some series start later and some end early.
      let some = all.indices.filter { $0 % 7 != 1 || step > 200 }.filter {
        $0 % 5 != 2 || step < 90
      }
      for (place, id) in zip(some, try await store.series(for: some.map { all[$0] })) {
        batch.append(id, at: Timestamp(rawValue: time), Double(place) + Double(step))
      }
      _ = try await store.append(batch)
      if step.isMultiple(of: 2) { await store.maintain(now: Timestamp(rawValue: time)) }
    }
    let before = try await store.samples()
    #expect(store.stats.chunksJoined > 1000)
    #expect(before.count == all.indices.filter { $0 % 7 != 1 || $0 % 5 != 2 }.count)
    for (labels, columns) in before {
      let number = try #require(labels["n"].flatMap { Int($0) })
      let steps = (0..<300).filter { (number % 7 != 1 || $0 > 200) && (number % 5 != 2 || $0 < 90) }
      #expect(columns.timestamps == steps.map { Int64($0) * 120_000 })
      #expect(columns.values == steps.map { Double(number + $0) })
    }
    let killed = try await fixture.afterKill(settings: .small)
    expectSame(try await killed.samples(), before)
    // The chunks of an ended series are not read: their span is known.
    let early = try await killed.samples(from: 0, through: 3_600_000)
    #expect(early.count == all.indices.filter { $0 % 7 != 1 }.count)
    let late = try await killed.samples(from: 20_000_000)
    #expect(late.count == all.indices.filter { $0 % 5 != 2 }.count)
    #expect(store.stats.seriesRemoved == 490)

    await store.maintain(now: Timestamp(rawValue: 300 * 120_000 + 10 * 3_600_000))
    #expect(try store.database.uncompacted(endingBefore: .distantFuture, limit: 9).isEmpty)
    expectSame(try await store.samples(), before)
    let again = try await fixture.afterKill(settings: .small)
    expectSame(try await again.samples(), before)
    #expect(try StoreVerification(again.database).findings == [])
    let counts = try again.database.counts()
    #expect(counts.chunks < 300 * 60 / 8)
  }

  @Test func chunksDuringACompactionAreCompactedInTheNextRound() async throws {
    let fixture = try await StoreFixture(settings: .small)
    let database = fixture.store.database
    var writes = WALWrites()
    writes.newSeries = [
      SeriesRow(key: SeriesKey(rawValue: 1), labels: Labels(["a": "b"]).packed, checksum: 0)
    ]
    writes.chunks = rows([3, 3], series: 1)
    try await database.commit(writes)
    let place = try #require(try database.uncompacted(endingBefore: .distantFuture, limit: 1).first)
    let input = try database.input(at: place)
    // Rows that are written twice, as after a commit that succeeded although it reported an error,
    // and a new one.
    writes.chunks = rows([3, 3, 3], series: 1)
    try await database.commit(writes)
    let merge = ChunkMerge(input.chunks, samplesPerChunk: 8)
    try await database.finish(input, replacingWith: merge.chunks)
    #expect(try database.uncompacted(endingBefore: .distantFuture, limit: 1) == [place])
    #expect(try spans(database) == [0...8])
    try await database.finish(try database.input(at: place), replacingWith: nil)
    #expect(try spans(database) == [0...8])
    #expect(try database.uncompacted(endingBefore: .distantFuture, limit: 1).isEmpty)
  }

  private func expectSame(
    _ found: [Labels: SampleColumns], _ expected: [Labels: SampleColumns],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(Set(found.keys) == Set(expected.keys), sourceLocation: sourceLocation)
    let other = expected.first { labels, columns in
      found[labels]?.timestamps != columns.timestamps || found[labels]?.values != columns.values
    }
    #expect(other?.key == nil, sourceLocation: sourceLocation)
  }

  private func spans(_ database: SampleDatabase) throws -> [ClosedRange<Int64>?] {
    var spans: [ClosedRange<Int64>?] = []
    try database.forEachSeries(damaged: { Issue.record("\($0)") }) { stored in
      spans.append(stored.span.map { $0.lowerBound.rawValue...$0.upperBound.rawValue })
    }
    return spans
  }

  /// Chunks of so many samples each, one millisecond apart, all with the value 7.
  private func rows(_ counts: [Int], series: Int64) -> [ChunkRow] {
    var time: Int64 = 0
    return counts.map { count in
      var columns = SampleColumns()
      for _ in 0..<count {
        columns.append(Timestamp(rawValue: time), 7)
        time += 1
      }
      return SealedChunk(columns, number: 0).row(of: SeriesKey(rawValue: series))
    }
  }
}
