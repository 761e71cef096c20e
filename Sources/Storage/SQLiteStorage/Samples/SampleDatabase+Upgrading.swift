import GRDB
import StorageAPI

/// The progress of an upgrade from an older schema version.
package struct UpgradeProgress: Sendable, Equatable {
  /// The chunks that are still in the old schema.
  package let left: Int
}

extension SampleDatabase {
  /// Whether the file has rows of version 2, which had one row for each series and each chunk.
  static func hasVersion2(_ database: Database) throws -> Bool {
    try database.tableExists("chunk") || database.tableExists("series")
  }

  /// Converts the rows of version 2, some thousand per transaction; calls `progress` now and then.
  ///
  /// Each row is removed from its old table in the transaction that converts it: after a kill at
  /// any instant the next start continues from there.
  func upgrade(_ progress: (UpgradeProgress) -> Void) throws(StorageError) {
    guard try file.read(Self.hasVersion2) else { return }
    var left = try file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM chunk") ?? 0 }
    let isOld = left > 0
    if isOld { progress(UpgradeProgress(left: left)) }
    while try file.writeNow(bytes: 1 << 20, { try Self.takeSeries($0, Self.rowsTogether) }) > 0 {}
    var sinceReport = 0
    while true {
      let taken = try file.writeNow(bytes: 2 << 20) { try Self.takeChunks($0, Self.rowsTogether) }
      if taken == 0 { break }
      left -= taken
      sinceReport += taken
      guard sinceReport >= Self.chunksPerReport else { continue }
      sinceReport = 0
      progress(UpgradeProgress(left: left))
    }
    try file.writeNow(bytes: 1 << 20) { database in
      try database.execute(sql: "DROP TABLE chunk; DROP TABLE series")
    }
    if isOld { progress(UpgradeProgress(left: 0)) }
  }

  private static var chunksPerReport: Int { 1_000_000 }

  /// Converts the labels of the next series; returns how many.
  static func takeSeries(_ database: Database, _ limit: Int) throws -> Int {
    let rows = try Row.fetchAll(
      database, sql: "SELECT key, labels, checksum FROM series ORDER BY key LIMIT ?",
      arguments: [limit])
    guard let last = rows.last else { return 0 }
    try insert(SeriesPage.packing(try rows.map(seriesOfVersion2)), into: database)
    try database.execute(
      sql: "DELETE FROM series WHERE key <= ?", arguments: [try last.integer(at: 0)])
    return rows.count
  }

  /// Converts the next chunks in order of series; returns how many.
  static func takeChunks(_ database: Database, _ limit: Int) throws -> Int {
    let rows = try Row.fetchAll(
      database, sql: "SELECT \(chunkColumnsOfVersion2) FROM chunk ORDER BY series, first LIMIT ?",
      arguments: [limit])
    var chunks: [ChunkRow] = []
    for row in rows {
      let chunk = try chunkOfVersion2(row)
      if let last = chunks.last,
        ChunkPage.bucket(of: last.series) != ChunkPage.bucket(of: chunk.series)
      {
        try insertUncompacted(chunks, into: database)
        chunks.removeAll(keepingCapacity: true)
      }
      chunks.append(chunk)
    }
    try insertUncompacted(chunks, into: database)
    let remove = try database.cachedStatement(sql: "DELETE FROM chunk WHERE number = ?")
    for row in rows { try remove.execute(arguments: [try row.integer(at: 0)]) }
    return rows.count
  }
}
