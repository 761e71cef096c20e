import Foundation
import GRDB
import MetricModel
import StorageAPI
import TestSupport
import Testing

@testable import SQLiteStorage

/// A file of an older version is upgraded with all its content.
struct MigrationTests {
  let directory: TemporaryDirectory
  let folder: StorageFolder

  init() throws {
    directory = try TemporaryDirectory()
    folder = try StorageFolder(path: directory.file("data"))
  }

  @Test func rowsOfVersion2ArePacked() throws {
    try writeVersion2()
    let database = try SampleDatabase(in: folder)
    try expectAll(database)
    #expect(try database.counts().rows == 1)
    try database.close()
    // A second open finds nothing to upgrade.
    try expectAll(try SampleDatabase(in: folder))
  }

  @Test(arguments: [0, 1, 2])
  func anUpgradeThatWasCutOffGoesOn(transactions: Int) throws {
    try writeVersion2()
    // The state after a kill, after so many transactions.
    let queue = try DatabaseQueue(path: folder.file(SampleDatabase.fileName))
    try SampleDatabase.migrator.migrate(queue)
    if transactions > 0 {
      #expect(try queue.write { try SampleDatabase.takeSeries($0, 300) } == 300)
    }
    if transactions > 1 {
      #expect(try queue.write { try SampleDatabase.takeChunks($0, 777) } == 777)
    }
    try queue.close()
    #expect(throws: StorageError.self) {
      _ = try SampleDatabase(readingFrom: directory.file("data"))
    }
    var left: [Int] = []
    let database = try SampleDatabase(in: folder) { left.append($0.left) }
    try expectAll(database)
    #expect(left == [transactions > 1 ? 623 : 1400, 0])
    try database.close()
    left = []
    try expectAll(try SampleDatabase(in: folder) { left.append($0.left) })
    #expect(left.isEmpty)
  }

  @Test func aHalfUpgradedFileIsSalvagedWhole() throws {
    try writeVersion2()
    let queue = try DatabaseQueue(path: folder.file(SampleDatabase.fileName))
    try SampleDatabase.migrator.migrate(queue)
    _ = try queue.write { try SampleDatabase.takeSeries($0, 300) }
    _ = try queue.write { try SampleDatabase.takeChunks($0, 777) }
    try queue.close()
    let report = try SampleDatabase.salvage(in: folder, now: 1)
    #expect(report.series == 700 && report.chunks == 1400 && report.batches == 1)
    try expectAll(try SampleDatabase(in: folder))
  }

  @Test func aDamagedFileOfVersion2IsPackedAsFarAsItCanBeRead() throws {
    try writeVersion2()
    let path = folder.file(SampleDatabase.fileName)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    // A page of chunks, four of which fill it.
    let chunk = try #require(bytes.range(of: Data(samples(7))))
    let page = chunk.lowerBound / 8192 * 8192
    for place in page..<(page + 16) { bytes[place] = 0xff }
    try bytes.write(to: URL(fileURLWithPath: path))
    #expect(throws: StorageError.self) { _ = try SampleDatabase(in: folder) }
    let report = try SampleDatabase.salvage(in: folder, now: 1)
    #expect(report.series == 700 && report.batches == 1)
    #expect(report.chunks >= 1390 && report.chunks < 1400 && report.unreadable > 0)
    var chunks = 0
    try SampleDatabase(in: folder).forEachChunk(damaged: { Issue.record("\($0)") }) { _ in
      chunks += 1
    }
    #expect(chunks == report.chunks)
  }

  @Test func aReaderAsksForTheUpgrade() throws {
    try writeVersion2()
    let error = #expect(throws: StorageError.self) {
      _ = try SampleDatabase(readingFrom: directory.file("data"))
    }
    #expect(error?.description.contains("start the evaluator with this storage.path once") == true)
  }

  private func samples(_ number: Int64) -> [UInt8] {
    Array("chunk \(number).".utf8) + [UInt8](repeating: 1, count: 1800)
  }

  private func expectAll(_ database: SampleDatabase) throws {
    var series: [Int64] = []
    try database.forEachSeries(damaged: { Issue.record("\($0)") }) { stored in
      let key = stored.key.rawValue
      series.append(key)
      #expect(stored.labels == Labels(["n": "\(key)"]).packed)
      #expect(stored.checksum == (key == 1 ? nil : UInt32(reducing: UInt64(key) << 40)))
      #expect(stored.span == Timestamp(rawValue: key)...Timestamp(rawValue: 9_000_500))
    }
    #expect(series == Array(1...700))
    var chunks: [Int64] = []
    try database.forEachChunk(damaged: { Issue.record("\($0)") }) { chunk in
      let number = chunk.series.rawValue + (chunk.first.rawValue >= 9_000_000 ? 700 : 0)
      chunks.append(number)
      #expect(chunk.samples == samples(number))
      #expect(chunk.count == 5 && chunk.encoding == 2)
      #expect(chunk.checksum == UInt32(reducing: UInt64(number) << 33))
    }
    #expect(chunks.sorted() == Array(1...1400))
  }

  private func writeVersion2() throws {
    var configuration = Configuration()
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA page_size = 8192") }
    let queue = try DatabaseQueue(
      path: folder.file(SampleDatabase.fileName), configuration: configuration)
    try SampleDatabase.migrator.migrate(queue, upTo: "v2: a check over labels")
    try queue.write { database in
      for key in 1...700 as ClosedRange<Int64> {
        try database.execute(
          sql: "INSERT INTO series VALUES (?, ?, ?)",
          arguments: [
            key, Data(Labels(["n": "\(key)"]).packed), key == 1 ? nil : key << 40,
          ])
        for (number, first) in [(key, key), (key + 700, 9_000_000)] {
          try database.execute(
            sql: "INSERT INTO chunk VALUES (?, ?, ?, ?, 5, 2, ?, ?)",
            arguments: [
              number, key, first, first == key ? key + 10 : 9_000_500, number << 33,
              Data(samples(number)),
            ])
        }
      }
      try database.execute(sql: "INSERT INTO journal VALUES (3, 4, x'05')")
    }
    try queue.close()
  }
}
