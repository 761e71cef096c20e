import Foundation
import GRDB
package import StorageAPI

/// What was saved from a damaged file.
package struct SalvageReport: Sendable {
  /// The file that was set aside.
  package let setAside: String
  /// How many rows were saved.
  package let series: Int
  package let chunks: Int
  package let batches: Int
  /// How many places could not be read.
  package let unreadable: Int
}

extension SampleJournal {
  /// Sets a damaged file aside and makes a new one of all that can still be read.
  ///
  /// No process may have the file open. Throws when not even the list of tables can be read: then the file is left as it is.
  package static func salvage(
    in folder: StorageFolder, now: Int
  ) throws(StorageError) -> SalvageReport {
    let path = folder.file(fileName)
    do {
      let queue = try DatabaseQueue(path: path)
      _ = try queue.read { try $0.tableExists("chunk") }
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
      let report = try old.inDatabase { old in
        // A file of version 0.1 that could not be brought up to date lacks the check over labels.
        let hasChecks = try old.columns(in: "series").contains { $0.name == "checksum" }
        let tables = [
          (
            "series", "key", hasChecks ? "key, labels, checksum" : "key, labels",
            hasChecks ? "?, ?, ?" : "?, ?"
          ),
          (
            "chunk", "number", "number, series, first, last, count, encoding, checksum, samples",
            "?, ?, ?, ?, ?, ?, ?, ?"
          ), ("journal", "sequence", "sequence, checksum, samples", "?, ?, ?"),
        ]
        var saved: [Int] = []
        var unreadable = 0
        for (table, key, columns, marks) in tables {
          var rows = RowSalvage(table: table, key: key, columns: columns)
          try new.pool.writeWithoutTransaction { database in
            try database.inTransaction {
              let insert = try database.cachedStatement(
                sql: "INSERT OR REPLACE INTO \(table) (\(columns)) VALUES (\(marks))")
              rows.run(old) { row in
                // A row with values of another type is refused by the new file, and left out.
                (try? insert.execute(arguments: StatementArguments(row.databaseValues))) != nil
              }
              return .commit
            }
          }
          saved.append(rows.saved)
          unreadable += rows.unreadable
        }
        return SalvageReport(
          setAside: aside, series: saved[0], chunks: saved[1], batches: saved[2],
          unreadable: unreadable)
      }
      try old.close()
      try new.close()
      return report
    } catch {
      throw StorageError(error, file: path)
    }
  }
}

/// Reads the rows of a table on and on, past the places that cannot be read.
private struct RowSalvage {
  let table: String
  let key: String
  let columns: String
  private(set) var saved = 0
  private(set) var unreadable = 0

  init(table: String, key: String, columns: String) {
    self.table = table
    self.key = key
    self.columns = columns
  }

  mutating func run(_ database: Database, keep: (Row) -> Bool) {
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
          if keep(row) { saved += 1 } else { unreadable += 1 }
        }
        return
      } catch {
        // A page of the tree is damaged: go on behind it, farther each time that nothing is found.
        unreadable += 1
        let from = max(last, 0)
        let (next, overflow) = from.addingReportingOverflow(stride)
        if overflow || stride > 1 << 40 { return }
        last = next
        stride *= 2
      }
    }
  }
}
