import Foundation
import GRDB
import MetricModel

extension SampleDatabase {
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
    migrator.registerMigration("v3: rows that share a page") { database in
      try database.execute(
        sql: """
          CREATE TABLE series_pack (low INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
          -- Packs are appended as well; see ChunkPage for the columns.
          CREATE TABLE chunk_pack (
            number INTEGER PRIMARY KEY, family INTEGER NOT NULL, first INTEGER NOT NULL,
            last INTEGER NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL,
            chunks INTEGER NOT NULL, samples INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
          CREATE INDEX chunk_pack_by_family ON chunk_pack (family, last, first, low, high);
          CREATE INDEX chunk_pack_by_end ON chunk_pack (last);
          -- Where packs have come since compaction was there last.
          CREATE TABLE uncompacted (
            family INTEGER NOT NULL, period INTEGER NOT NULL, PRIMARY KEY (family, period))
            STRICT, WITHOUT ROWID;
          -- The times that the series of a family span, as far as compaction has come.
          CREATE TABLE family_span (family INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
          """)
    }
    return migrator
  }

  /// The number of version 2 rows that are packed together.
  static var rowsTogether: Int { 4096 }

  static var chunkColumnsOfVersion2: String {
    "number, series, first, last, count, encoding, checksum, samples"
  }

  /// Inserts chunks as pages and marks them for compaction.
  static func insertUncompacted(_ chunks: [ChunkRow], into database: Database) throws {
    let pages = ChunkPage.packing(chunks)
    try insert(pages, into: database)
    try noteUncompacted(pages, in: database)
  }

  /// Reads a series from its number, labels and, where present, checksum.
  static func seriesOfVersion2(_ row: Row) throws -> StoredLabels {
    let checksum = row.count > 2 ? try row.integerIfPresent(at: 2) : nil
    return StoredLabels(
      key: SeriesKey(rawValue: try row.integer(at: 0)), labels: try row.bytes(at: 1),
      checksum: checksum.map { UInt32(reducing: UInt64(bitPattern: $0)) })
  }

  /// Reads a chunk from the columns of version 2.
  static func chunkOfVersion2(_ row: Row) throws -> ChunkRow {
    ChunkRow(
      number: 0, series: SeriesKey(rawValue: try row.integer(at: 1)),
      first: Timestamp(rawValue: try row.integer(at: 2)),
      last: Timestamp(rawValue: try row.integer(at: 3)),
      count: Int(try row.integer(at: 4)), encoding: Int(try row.integer(at: 5)),
      checksum: UInt32(reducing: UInt64(bitPattern: try row.integer(at: 6))),
      samples: try row.bytes(at: 7))
  }
}
