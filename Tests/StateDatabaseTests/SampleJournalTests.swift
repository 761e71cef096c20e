import MetricModel
import StateDatabase
import StorageAPI
import TestSupport
import Testing

/// What the rows of the samples database promise.
struct SampleJournalTests {
  let directory: TemporaryDirectory
  let journal: SampleJournal

  init() throws {
    directory = try TemporaryDirectory()
    journal = try SampleJournal(in: StorageFolder(path: directory.file("data")))
  }

  @Test func batchesComeBackInTheirOrder() async throws {
    for sequence in [3, 1, 2] as [Int64] {
      var writes = JournalWrites()
      writes.rows = [
        JournalRow(sequence: sequence, checksum: .max - 1, samples: [UInt8(sequence), 0, 255])
      ]
      try await journal.commit(writes)
    }
    var found: [JournalRow] = []
    try journal.forEachRow { found.append($0) }
    #expect(found.map(\.sequence) == [1, 2, 3])
    #expect(found.map(\.samples) == [[1, 0, 255], [2, 0, 255], [3, 0, 255]])
    #expect(found.allSatisfy { $0.checksum == .max - 1 })
  }

  @Test func rowsAreRemovedInSteps() async throws {
    var writes = JournalWrites()
    writes.rows = (1...10).map { JournalRow(sequence: $0, checksum: 0, samples: []) }
    try await journal.commit(writes)
    #expect(try await journal.removeRows(before: 8, limit: 5) == 5)
    #expect(try await journal.removeRows(before: 8, limit: 5) == 2)
    #expect(try await journal.removeRows(before: 8, limit: 5) == 0)
    #expect(try journal.counts().rows == 3)
  }

  @Test func seriesKnowTheSpanOfTheirChunks() async throws {
    var writes = JournalWrites()
    writes.newSeries = [row(1), row(2)]
    writes.chunks = [chunk(1, series: 2, -50, -10), chunk(2, series: 2, 0, 40)]
    try await journal.commit(writes)
    var found: [StoredSeries] = []
    try journal.forEachSeries { found.append($0) }
    #expect(found.map(\.key.rawValue) == [1, 2])
    #expect(found[0].span == nil)
    #expect(found[1].span == Timestamp(rawValue: -50)...Timestamp(rawValue: 40))
    #expect(try journal.lastChunkNumber() == 2)
  }

  @Test(arguments: [
    (from: 0, through: 100, numbers: [1, 2, 3]), (from: 11, through: 19, numbers: []),
    (from: 10, through: 20, numbers: [1, 2]), (from: 25, through: 25, numbers: [2]),
    (from: 41, through: 100, numbers: []),
  ])
  func onlyOverlappingChunksAreRead(from: Int64, through: Int64, numbers: [Int64]) async throws {
    var writes = JournalWrites()
    writes.chunks = [
      chunk(2, series: 7, 20, 30), chunk(1, series: 7, 0, 10), chunk(3, series: 7, 35, 40),
      chunk(4, series: 8, 0, 100),
    ]
    try await journal.commit(writes)
    let end = Timestamp(rawValue: through)
    let found = try journal.chunks(
      of: [(SeriesKey(rawValue: 7), end), (SeriesKey(rawValue: 9), end)],
      from: Timestamp(rawValue: from), damaged: { Issue.record("\($0)") })
    #expect(found.map { $0.map(\.number) } == [numbers, []])
  }

  @Test func chunksAreRemovedByTheirEnd() async throws {
    var writes = JournalWrites()
    writes.chunks = (1...6).map { chunk($0, series: 1, $0 * 10, $0 * 10 + 5) }
    try await journal.commit(writes)
    let cutoff = Timestamp(rawValue: 45)
    #expect(try await journal.removeChunks(endingBefore: cutoff, limit: 2) == 2)
    #expect(try await journal.removeChunks(endingBefore: cutoff, limit: 2) == 1)
    #expect(try journal.counts().chunks == 3)
  }

  @Test func removedSeriesAreGone() async throws {
    var writes = JournalWrites()
    writes.newSeries = [row(1), row(2)]
    try await journal.commit(writes)
    var removal = JournalWrites()
    removal.removedSeries = [SeriesKey(rawValue: 1)]
    try await journal.commit(removal)
    var keys: [Int64] = []
    try journal.forEachSeries { keys.append($0.key.rawValue) }
    #expect(keys == [2])
  }

  private func row(_ key: Int64) -> SeriesRow {
    SeriesRow(key: SeriesKey(rawValue: key), labels: Labels(["a": "\(key)"]).packed, checksum: 0)
  }

  private func chunk(_ number: Int64, series: Int64, _ first: Int64, _ last: Int64) -> ChunkRow {
    ChunkRow(
      number: number, series: SeriesKey(rawValue: series), first: Timestamp(rawValue: first),
      last: Timestamp(rawValue: last), count: 2, encoding: 1, checksum: 5, samples: [1, 2])
  }
}
