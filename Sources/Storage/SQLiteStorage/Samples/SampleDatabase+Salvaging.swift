import Foundation
import GRDB
package import StorageAPI

/// What was recovered from a damaged file.
package struct SalvageReport: Sendable {
  /// The path to which the damaged file was moved.
  package let setAside: String
  /// The number of series recovered.
  package let series: Int
  package let chunks: Int
  package let batches: Int
  /// The number of places that could not be read.
  package let unreadable: Int
}

extension SampleDatabase {
  /// Moves a damaged file aside and creates a new one from everything that can still be read.
  ///
  /// No process may have the file open. Throws if not even the list of tables can be read; the file
  /// is then left as it is.
  package static func salvage(
    in folder: StorageFolder, now: Int
  ) throws(StorageError) -> SalvageReport {
    let path = folder.file(fileName)
    do {
      let queue = try DatabaseQueue(path: path)
      _ = try queue.read { try $0.tableExists("chunk_pack") }
      try queue.close()
    } catch {
      throw StorageError(error, file: path)
    }
    let aside = "\(path).damaged-\(now)"
    do {
      for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
        try FileManager.default.moveItem(atPath: path + suffix, toPath: aside + suffix)
      }
      try? FileManager.default.removeItem(atPath: path + "-shm")
    } catch {
      throw .notWritable("\(path): damaged, and cannot be set aside (\(error))")
    }
    let new = try DatabaseFile(path: path, synchronous: .normal, migrator: migrator)
    do {
      let old = try DatabaseQueue(path: aside)
      let saved = try old.inDatabase { old in
        try new.pool.writeWithoutTransaction { database in
          var saved = SavedRows()
          try database.inTransaction {
            // A file of an older version may have been damaged before or during its upgrade.
            if try old.tableExists("chunk_pack") { try saved.take(old, into: database) }
            if try Self.hasVersion2(old) { try saved.takeVersion2(old, into: database) }
            try saved.takeBatches(old, into: database)
            try database.execute(sql: "DROP TABLE IF EXISTS chunk; DROP TABLE IF EXISTS series")
            return .commit
          }
          return saved
        }
      }
      try old.close()
      try new.close()
      return SalvageReport(
        setAside: aside, series: saved.series, chunks: saved.chunks, batches: saved.batches,
        unreadable: saved.unreadable)
    } catch {
      throw StorageError(error, file: path)
    }
  }
}

/// Copies the readable rows of a damaged file into a new one.
private struct SavedRows {
  private(set) var series = 0
  private(set) var chunks = 0
  private(set) var batches = 0
  private(set) var unreadable = 0

  /// Copies rows unchanged; what compaction had stored is computed again.
  mutating func take(_ old: Database, into new: Database) throws {
    let labels = try new.cachedStatement(
      sql: "INSERT OR REPLACE INTO series_pack (low, body) VALUES (?, ?)")
    unreadable += RowSalvage(table: "series_pack", key: "low", columns: "low, body").run(old) {
      guard let found = SeriesPage.series(in: try $0.bytes(at: 1)) else { return false }
      try labels.execute(arguments: StatementArguments($0.databaseValues))
      series += found.count
      return true
    }
    let columns = "number, family, first, last, low, high, chunks, samples, body"
    let pages = try new.cachedStatement(
      sql: "INSERT OR REPLACE INTO chunk_pack (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
    unreadable += RowSalvage(table: "chunk_pack", key: "number", columns: columns).run(old) {
      // Rebuilt from the chunks: a wrong number in a column would hide them.
      var found: [ChunkRow] = []
      guard ChunkPage.read(try $0.bytes(at: 8), into: &found, where: { _ in true }) else {
        return false
      }
      for page in ChunkPage.packing(found) {
        try pages.execute(arguments: [
          found.count == page.chunks ? try $0.integer(at: 0) : nil, page.bucket, page.first,
          page.last, page.low, page.high, page.chunks, page.samples, Data(page.body),
        ])
        try SampleDatabase.noteUncompacted([page], in: new)
      }
      chunks += found.count
      return true
    }
  }

  /// Packs the rows of schema version 2 into pages.
  mutating func takeVersion2(_ old: Database, into new: Database) throws {
    let hasChecks = try old.columns(in: "series").contains { $0.name == "checksum" }
    var labels: [StoredLabels] = []
    unreadable += RowSalvage(
      table: "series", key: "key", columns: hasChecks ? "key, labels, checksum" : "key, labels"
    ).run(old) {
      labels.append(try SampleDatabase.seriesOfVersion2($0))
      return true
    }
    series += labels.count
    try SampleDatabase.insert(SeriesPage.packing(labels), into: new)
    var rows: [ChunkRow] = []
    unreadable += RowSalvage(
      table: "chunk", key: "number", columns: SampleDatabase.chunkColumnsOfVersion2
    ).run(old) {
      rows.append(try SampleDatabase.chunkOfVersion2($0))
      chunks += 1
      if rows.count == SampleDatabase.rowsTogether {
        try SampleDatabase.insertUncompacted(rows, into: new)
        rows.removeAll(keepingCapacity: true)
      }
      return true
    }
    try SampleDatabase.insertUncompacted(rows, into: new)
  }

  mutating func takeBatches(_ old: Database, into new: Database) throws {
    let insert = try new.cachedStatement(
      sql: "INSERT OR REPLACE INTO journal (sequence, checksum, samples) VALUES (?, ?, ?)")
    unreadable += RowSalvage(
      table: "journal", key: "sequence", columns: "sequence, checksum, samples"
    ).run(old) {
      try insert.execute(arguments: StatementArguments($0.databaseValues))
      batches += 1
      return true
    }
  }
}

/// Reads the rows of a table to its end, past the places that cannot be read.
private struct RowSalvage {
  let table: String
  let key: String
  let columns: String

  /// Calls `insert` with every row; returns the number of places that could not be read, or that
  /// `insert` rejected.
  func run(_ database: Database, insert: (Row) throws -> Bool) -> Int {
    var unreadable = 0
    var last = Int64.min
    var stride: Int64 = 1
    while true {
      do {
        let rows = try Row.fetchCursor(
          database,
          sql: "SELECT \(columns) FROM \(table) WHERE \(key) > ? ORDER BY \(key)",
          arguments: [last])
        while let row = try rows.next() {
          guard case .int64(let number) = (row[0] as DatabaseValue).storage, number > last else {
            break
          }
          last = number
          stride = 1
          // A row with values of another type is rejected by the new file and left out.
          if (try? insert(row)) != true { unreadable += 1 }
        }
        return unreadable
      } catch {
        // A page of the tree is damaged: continue after it, farther each time that nothing is
        // found.
        unreadable += 1
        let from = max(last, 0)
        let (next, overflow) = from.addingReportingOverflow(stride)
        if overflow || stride > 1 << 40 { return unreadable }
        last = next
        stride *= 2
      }
    }
  }
}
