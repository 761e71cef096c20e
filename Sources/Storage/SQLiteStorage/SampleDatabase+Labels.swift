import Foundation
import GRDB
package import StorageAPI

extension SampleDatabase {
  /// How many rows of labels are looked at, and at most written anew, in one transaction.
  static var labelRowsTogether: Int { 64 }

  /// Brings together labels whose rows could share a page: series that came one by one, and those that are left where others went.
  ///
  /// Looks at some rows behind a series; returns where to go on, nil at the end. A kill at any instant leaves the old rows or the new
  /// ones.
  package func mergeLabels(behind low: Int64) async throws(StorageError) -> Int64? {
    let sizes = try file.read { database in
      try Row.fetchAll(
        try database.cachedStatement(
          sql: "SELECT low, length(body) FROM series_pack WHERE low > ? ORDER BY low LIMIT ?"),
        arguments: [low, Self.labelRowsTogether]
      ).map { (low: try $0.integer(at: 0), bytes: Int(try $0.integer(at: 1))) }
    }
    guard let last = sizes.last, let first = sizes.first else { return nil }
    let full = sizes.reduce(0) { $0 + $1.bytes } / ChunkPage.maximumBodyBytes + 1
    // Rows that fill three quarters of a page are left as they are.
    if sizes.count * 3 > full * 4 {
      try await file.write(bytes: sizes.count * 8192) { database in
        try Self.mergeLabels(in: first.low...last.low, database)
      }
    }
    return sizes.count < Self.labelRowsTogether ? nil : last.low
  }

  private static func mergeLabels(in range: ClosedRange<Int64>, _ database: Database) throws {
    let rows = try Row.fetchAll(
      try database.cachedStatement(
        sql: "SELECT low, body FROM series_pack WHERE low BETWEEN ? AND ? ORDER BY low"),
      arguments: [range.lowerBound, range.upperBound])
    var lows: [Int64] = []
    var found: [StoredLabels] = []
    for row in rows {
      guard let series = SeriesPage.series(in: try row.bytes(at: 1)) else {
        // What is damaged stays where it is, for `tocsin store verify`; nothing is brought past it.
        try replace(lows, by: found, in: database)
        (lows, found) = ([], [])
        continue
      }
      // A series that stands twice was written twice.
      let known = found.last?.key
      found += series.filter { one in known.map { one.key > $0 } ?? true }
      lows.append(try row.integer(at: 0))
    }
    try replace(lows, by: found, in: database)
  }

  /// Replaces rows of labels if that makes them fewer.
  private static func replace(
    _ lows: [Int64], by series: [StoredLabels], in database: Database
  ) throws {
    let packs = SeriesPage.packing(series)
    if packs.count >= lows.count { return }
    let remove = try database.cachedStatement(sql: "DELETE FROM series_pack WHERE low = ?")
    for low in lows { try remove.execute(arguments: [low]) }
    try insert(packs, into: database)
  }
}
