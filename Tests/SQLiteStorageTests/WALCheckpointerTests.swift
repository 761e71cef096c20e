import Foundation
import GRDB
import TestSupport
import Testing

@testable import SQLiteStorage

/// The log is checkpointed beside the commits, and its file shrinks again.
struct WALCheckpointerTests {
  private let directory: TemporaryDirectory
  private let file: DatabaseFile

  init() throws {
    directory = try TemporaryDirectory()
    var limits = WALCheckpointer.Limits()
    limits.bytesBetween = 256 << 10
    limits.longLog = 64
    limits.restPages = 16
    limits.restingBytes = 1 << 20
    limits.bytesCutOff = 1 << 20
    var migrator = DatabaseMigrator()
    migrator.registerMigration("v1") { try $0.execute(sql: "CREATE TABLE t (body BLOB NOT NULL)") }
    file = try DatabaseFile(
      path: directory.file("a.db"), synchronous: .normal, checkpointer: limits, migrator: migrator)
  }

  private var logBytes: Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: directory.file("a.db-wal"))
    return (attributes?[.size] as? NSNumber)?.intValue ?? 0
  }

  /// Commits so many times, about 32 KB each.
  private func write(_ times: Int) async throws {
    for _ in 0..<times {
      try await file.write(bytes: 32 << 10) { database in
        try database.execute(sql: "INSERT INTO t VALUES (zeroblob(32000))")
      }
    }
  }

  /// A reader of the file's present state, which prevents the checkpoint of later commits.
  private func longReader() async throws -> DatabaseFile {
    let reader = try #require(try DatabaseFile.readable(file.path))
    try await reader.pool.writeWithoutTransaction { database in
      try database.beginTransaction(.deferred)
      _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM t")
    }
    return reader
  }

  @Test func commitsOneAfterTheOtherLeaveTheLogShort() async throws {
    for _ in 0..<6 {
      try await write(100)
      // A checkpoint may be slow beside other work.
      try await eventually("the log is checkpointed") { file.checkpointer?.isRunning == false }
    }
    // Twenty megabytes were written.
    #expect(logBytes < 15 << 20)
    let work = try #require(file.checkpointer?.work)
    #expect(work.longestRest < 512, "pages between two transactions: \(work)")
    #expect(try file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM t") } == 600)
  }

  @Test func pagesThatALongReadHoldsBackAreNotCheckpointedBetweenTwoCommits() async throws {
    let reader = try await longReader()
    try await write(300)
    try await eventually("the log is left") { file.checkpointer?.isRunning == false }
    #expect(file.checkpointer?.work.rests == 0)
    try reader.close()
    try await write(300)
    try await eventually("the log is checkpointed") { file.checkpointer?.isRunning == false }
    let work = try #require(file.checkpointer?.work)
    #expect(work.longestRest < 512, "pages between two transactions: \(work)")
    #expect(try file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM t") } == 600)
  }

  @Test func aLogThatWasLongOnceIsCutOffPartByPart() async throws {
    let reader = try await longReader()
    try await write(300)
    #expect(logBytes > 8 << 20)
    try reader.close()
    var sizes = [logBytes]
    while sizes.count < 200, let last = sizes.last, last > 1 << 20 {
      file.checkpointer?.shrink()
      try await eventually("the log is checkpointed") { file.checkpointer?.isRunning == false }
      try await write(1)
      sizes.append(logBytes)
    }
    #expect(sizes.last == 1 << 20)
    for (one, next) in zip(sizes, sizes.dropFirst()) {
      #expect(one - next <= 2 << 20, "each time a part: \(sizes)")
    }
  }
}
