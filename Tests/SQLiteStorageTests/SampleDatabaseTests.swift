import Foundation
import MetricModel
import SQLiteStorage
import StorageAPI
import TestSupport
import Testing

/// The guarantees of the rows of the samples database.
struct SampleDatabaseTests {
  let directory: TemporaryDirectory
  let database: SampleDatabase

  init() throws {
    directory = try TemporaryDirectory()
    database = try SampleDatabase(in: StorageFolder(path: directory.file("data")))
  }

  @Test func batchesComeBackInTheirOrder() async throws {
    for sequence in [3, 1, 2] as [Int64] {
      var writes = WALWrites()
      writes.rows = [
        WALRecord(sequence: sequence, checksum: .max - 1, samples: [UInt8(sequence), 0, 255])
      ]
      try await database.commit(writes)
    }
    var found: [WALRecord] = []
    try database.forEachRow { found.append($0) }
    #expect(found.map(\.sequence) == [1, 2, 3])
    #expect(found.map(\.samples) == [[1, 0, 255], [2, 0, 255], [3, 0, 255]])
    #expect(found.allSatisfy { $0.checksum == .max - 1 })
  }

  @Test func rowsAreRemovedInSteps() async throws {
    var writes = WALWrites()
    writes.rows = (1...10).map { WALRecord(sequence: $0, checksum: 0, samples: []) }
    try await database.commit(writes)
    #expect(try await database.removeRows(before: 8, bytes: 5 * 512) == 5)
    #expect(try await database.removeRows(before: 8, bytes: 1) == 1)
    #expect(try await database.removeRows(before: 8, bytes: 5000) == 1)
    #expect(try await database.removeRows(before: 8, bytes: 5000) == 0)
    #expect(try database.counts().rows == 3)
  }

  @Test func seriesKnowTheSpanOfTheirChunks() async throws {
    var writes = WALWrites()
    writes.newSeries = [row(1), row(2)]
    writes.chunks = [chunk(1, series: 2, -50, -10), chunk(2, series: 2, 0, 40)]
    try await database.commit(writes)
    var found: [StoredSeries] = []
    try database.forEachSeries(damaged: { Issue.record("\($0)") }) { found.append($0) }
    #expect(found.map(\.key.rawValue) == [1, 2])
    #expect(found[0].span == nil)
    #expect(found[1].span == Timestamp(rawValue: -50)...Timestamp(rawValue: 40))
  }

  @Test(arguments: [
    (from: 0, through: 100, first: [0, 20, 35]), (from: 11, through: 19, first: []),
    (from: 10, through: 20, first: [0, 20]), (from: 25, through: 25, first: [20]),
    (from: 41, through: 100, first: []),
  ])
  func onlyOverlappingChunksAreRead(from: Int64, through: Int64, first: [Int64]) async throws {
    var writes = WALWrites()
    writes.chunks = [
      chunk(2, series: 7, 20, 30), chunk(1, series: 7, 0, 10), chunk(3, series: 7, 35, 40),
      chunk(4, series: 8, 0, 100),
    ]
    try await database.commit(writes)
    let end = Timestamp(rawValue: through)
    let found = try database.chunks(
      of: [(SeriesKey(rawValue: 7), end), (SeriesKey(rawValue: 9), end)],
      from: Timestamp(rawValue: from), damaged: { Issue.record("\($0)") })
    #expect(found.map { $0.map(\.first.rawValue) } == [first, []])
  }

  @Test func chunksAreRemovedByTheEndOfTheirRow() async throws {
    var writes = WALWrites()
    // Chunks that end in the same two hours share a row.
    let hour: Int64 = 3_600_000
    writes.chunks = (1...12).map { chunk($0, series: 1, $0 * hour, $0 * hour + 5) }
    try await database.commit(writes)
    let cutoff = Timestamp(rawValue: 8 * hour)
    var removed = try await database.removeChunks(endingBefore: cutoff, limit: 3)
    #expect(removed.rows == 3 && removed.chunks == 5)
    removed = try await database.removeChunks(endingBefore: cutoff, limit: 3)
    #expect(removed.rows == 1 && removed.chunks == 2)
    #expect(try database.counts().chunks == 5)
  }

  @Test func removedSeriesAreGone() async throws {
    var writes = WALWrites()
    writes.newSeries = [row(1), row(2)]
    try await database.commit(writes)
    var removal = WALWrites()
    removal.removedSeries = [SeriesKey(rawValue: 1)]
    try await database.commit(removal)
    var keys: [Int64] = []
    try database.forEachSeries(damaged: { Issue.record("\($0)") }) { keys.append($0.key.rawValue) }
    #expect(keys == [2])
  }

  @Test func theLogIsCheckpointedBesideTheWrites() async throws {
    let path = directory.file("data/samples.db")
    // No commit checkpoints the log: whatever reaches the file was checkpointed beside the commits.
    var sequence: Int64 = 0
    while try fileSize(path) < 8 << 20 {
      sequence += 1
      var writes = WALWrites()
      writes.rows = [
        WALRecord(sequence: sequence, checksum: 0, samples: [UInt8](repeating: 7, count: 1 << 20))
      ]
      try await database.commit(writes)
      try #require(sequence < 200)
    }
    #expect(try database.counts().rows == Int(sequence))
    try database.close()
  }

  private func fileSize(_ path: String) throws -> Int {
    try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
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
