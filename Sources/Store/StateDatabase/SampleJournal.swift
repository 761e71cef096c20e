import Dispatch
import Foundation
import GRDB
package import MetricModel
package import StorageAPI

/// The samples that outlive the process: one SQLite file with a row per batch, a row per sealed chunk and a row per series.
///
/// Commits use `synchronous=NORMAL` by default: a committed batch is in the kernel's hands and survives `kill -9`; a power cut may
/// take the seconds since the last checkpoint, as with Prometheus' own log, and leaves the file sound.
package final class SampleJournal: Sendable {
  /// The file's name in its folder.
  package static let fileName = "samples.db"

  private let folder: StorageFolder?
  let file: DatabaseFile

  /// Opens the samples in a folder.
  ///
  /// `survivesPowerCut` waits for the disk at every commit; `maximumBytes` limits the file as a full disk would.
  package init(
    in folder: StorageFolder, survivesPowerCut: Bool = false, maximumBytes: Int? = nil
  ) throws(StorageError) {
    self.folder = folder
    file = try DatabaseFile(
      path: folder.file(Self.fileName), synchronous: survivesPowerCut ? .full : .normal,
      maximumBytes: maximumBytes, migrator: Self.migrator)
  }

  /// Opens the samples of a folder to read them as they are at this moment, while an evaluator may go on writing; every write fails.
  package init(readingFrom folder: String) throws(StorageError) {
    self.folder = nil
    file = try DatabaseFile(reading: folder + "/" + Self.fileName)
  }

  /// Writes everything in one transaction, after those submitted before it, and then calls `completion` on the database's queue.
  package func submit(
    _ writes: JournalWrites,
    completion: @escaping @Sendable (Result<Void, StorageError>) -> Void
  ) {
    file.submit({ try Self.write(writes, to: $0) }, completion: completion)
  }

  /// Calls `body` after a while, on a queue of the system.
  package func wait(_ delay: Duration, then body: @escaping @Sendable () -> Void) {
    let (seconds, attoseconds) = delay.components
    let interval = Double(seconds) + Double(attoseconds) / 1e18
    DispatchQueue.global().asyncAfter(deadline: .now() + interval, execute: body)
  }

  /// Writes everything in one transaction and returns when it is committed.
  package func commit(_ writes: JournalWrites) async throws(StorageError) {
    try await file.write { try Self.write(writes, to: $0) }
  }

  /// Removes the batches before one in the order, at most `limit` of them; returns how many were removed.
  package func removeRows(before sequence: Int64, limit: Int) async throws(StorageError) -> Int {
    try await file.write { database in
      try database.cachedStatement(
        sql: """
          DELETE FROM journal WHERE sequence IN
            (SELECT sequence FROM journal WHERE sequence < ? ORDER BY sequence LIMIT ?)
          """
      ).execute(arguments: [sequence, limit])
      return database.changesCount
    }
  }

  /// Removes chunks that end before an instant, at most `limit` of them; returns how many were removed.
  package func removeChunks(
    endingBefore cutoff: Timestamp, limit: Int
  ) async throws(StorageError) -> Int {
    try await file.write { database in
      try database.cachedStatement(
        sql: """
          DELETE FROM chunk WHERE number IN
            (SELECT number FROM chunk WHERE last < ? ORDER BY last LIMIT ?)
          """
      ).execute(arguments: [cutoff.rawValue, limit])
      return database.changesCount
    }
  }

  /// Limits the size of the file; a write beyond it fails as on a full disk.
  package func limit(bytes: Int) throws(StorageError) { try file.limit(bytes: bytes) }

  /// The bytes of the file and its write-ahead log.
  package var bytesOnDisk: Int { file.bytesOnDisk }

  /// Closes the file; every later call fails.
  package func close() throws(StorageError) { try file.close() }

  /// Replaces what is there: a commit that failed may have been made all the same, and is tried again.
  static func write(_ writes: JournalWrites, to database: Database) throws {
    if !writes.newSeries.isEmpty {
      let insert = try database.cachedStatement(
        sql: "INSERT OR REPLACE INTO series (key, labels, checksum) VALUES (?, ?, ?)")
      for row in writes.newSeries {
        try insert.execute(arguments: [
          row.key.rawValue, Data(row.labels), Int64(bitPattern: row.checksum),
        ])
      }
    }
    if !writes.chunks.isEmpty {
      let insert = try database.cachedStatement(
        sql: """
          INSERT OR REPLACE INTO chunk (number, series, first, last, count, encoding, checksum, samples)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          """)
      for row in writes.chunks {
        try insert.execute(arguments: [
          row.number, row.series.rawValue, row.first.rawValue, row.last.rawValue, row.count,
          row.encoding, Int64(bitPattern: row.checksum), Data(row.samples),
        ])
      }
    }
    for row in writes.rows {
      try database.cachedStatement(
        sql: "INSERT OR REPLACE INTO journal (sequence, checksum, samples) VALUES (?, ?, ?)"
      ).execute(arguments: [row.sequence, Int64(bitPattern: row.checksum), Data(row.samples)])
    }
    for key in writes.removedSeries {
      try database.cachedStatement(sql: "DELETE FROM series WHERE key = ?")
        .execute(arguments: [key.rawValue])
    }
  }

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("v1: journal and chunks") { database in
      try database.execute(
        sql: """
          CREATE TABLE series (key INTEGER PRIMARY KEY, labels BLOB NOT NULL) STRICT;
          CREATE TABLE journal (
            sequence INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, samples BLOB NOT NULL)
            STRICT;
          -- Chunks are appended in the order of sealing, so that a commit touches few pages.
          CREATE TABLE chunk (
            number INTEGER PRIMARY KEY, series INTEGER NOT NULL, first INTEGER NOT NULL,
            last INTEGER NOT NULL, count INTEGER NOT NULL, encoding INTEGER NOT NULL,
            checksum INTEGER NOT NULL, samples BLOB NOT NULL) STRICT;
          CREATE INDEX chunk_by_series ON chunk (series, first, last);
          CREATE INDEX chunk_by_end ON chunk (last);
          """)
    }
    migrator.registerMigration("v2: a check over labels") { database in
      try database.execute(sql: "ALTER TABLE series ADD COLUMN checksum INTEGER")
    }
    return migrator
  }
}
