import Foundation
import GRDB
package import StorageAPI

extension SampleDatabase {
  /// The number of label pages examined, and at most rewritten, in one transaction.
  static var labelRowsTogether: Int { 64 }

  /// Merges label pages that are only partly filled, because their series came one by one or most
  /// of them were removed.
  ///
  /// Examines the pages after a series number and returns where to continue; `nil` at the end. A
  /// kill at any instant leaves either the old rows or the new ones.
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
    // Pages that are three quarters full are left as they are.
    if sizes.count * 3 > full * 4 {
      try await file.write(bytes: sizes.count * DatabaseFile.pageBytes) { database in
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
        // Damaged pages stay where they are, for `tocsin store verify`; no series is moved past
        // one.
        try replace(lows, by: found, in: database)
        (lows, found) = ([], [])
        continue
      }
      // A series that occurs twice was written twice.
      let known = found.last?.key
      found += series.filter { one in known.map { one.key > $0 } ?? true }
      lows.append(try row.integer(at: 0))
    }
    try replace(lows, by: found, in: database)
  }

  /// Rewrites label pages if that makes them fewer.
  private static func replace(
    _ lows: [Int64], by series: [StoredLabels], in database: Database
  ) throws {
    let pages = SeriesPage.packing(series)
    if pages.count >= lows.count { return }
    let remove = try database.cachedStatement(sql: "DELETE FROM series_pack WHERE low = ?")
    for low in lows { try remove.execute(arguments: [low]) }
    try insert(pages, into: database)
  }
}
