import Foundation
import GRDB
import MetricModel
import StorageAPI
import TestSupport
import Testing

@testable import SQLiteStorage

/// Labels of series that came one by one, or remain where others were removed, are merged into
/// shared rows.
struct LabelMergingTests {
  private let directory: TemporaryDirectory
  private let database: SampleDatabase

  init() throws {
    directory = try TemporaryDirectory()
    database = try SampleDatabase(in: StorageFolder(path: directory.file("data")))
  }

  private func add(_ keys: ClosedRange<Int64>) async throws {
    var writes = WALWrites()
    for key in keys {
      let labels = Labels(name: "m", [("n", "\(key)")]).packed
      writes.newSeries.append(
        SeriesRow(key: SeriesKey(rawValue: key), labels: labels, checksum: UInt32(key)))
    }
    try await database.commit(writes)
  }

  private func remove(_ keys: [Int64]) async throws {
    var writes = WALWrites()
    writes.removedSeries = keys.map(SeriesKey.init)
    try await database.commit(writes)
  }

  private var rows: Int {
    get throws {
      try database.file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM series_pack") ?? 0 }
    }
  }

  private func mergeAll() async throws {
    var low: Int64? = .min
    while let behind = low { low = try await database.mergeLabels(behind: behind) }
  }

  private func expect(_ keys: [Int64]) throws {
    var found: [Int64] = []
    try database.forEachSeries(damaged: { Issue.record("\($0)") }) { stored in
      found.append(stored.key.rawValue)
      #expect(stored.labels == Labels(name: "m", [("n", "\(stored.key.rawValue)")]).packed)
      #expect(stored.checksum == UInt32(stored.key.rawValue))
    }
    #expect(found == keys)
  }

  @Test func seriesThatCameOneByOneShareRows() async throws {
    for key in 1...300 as ClosedRange<Int64> { try await add(key...key) }
    #expect(try rows == 300)
    try await mergeAll()
    // One row for each 64 rows that are merged at once; another round merges these.
    #expect(try rows <= 5)
    try await mergeAll()
    #expect(try rows == 1)
    try expect(Array(1...300))
    try await add(301...302)
    try await remove([150, 302])
    try await mergeAll()
    #expect(try rows == 1)
    try expect(Array(1...149) + Array(151...301))
  }

  @Test func remainingSeriesAreMergedIntoSharedRows() async throws {
    try await add(1...20_000)
    let full = try rows
    #expect(full > 10)
    try await remove((1...20_000).filter { $0 % 10 != 0 })
    #expect(try rows == full)
    try await mergeAll()
    #expect(try rows <= full / 10 + 1)
    try expect((1...2000).map { $0 * 10 })
  }

  @Test func rowsThatAreFullStayAsTheyAre() async throws {
    try await add(1...20_000)
    let before = try bodies
    try await mergeAll()
    #expect(try bodies == before)
  }

  private var bodies: [Data] {
    get throws {
      try database.file.read {
        try Data.fetchAll($0, sql: "SELECT body FROM series_pack ORDER BY low")
      }
    }
  }
}
