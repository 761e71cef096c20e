import GRDB
import StorageAPI

/// How far the rows of an older version are taken over.
package struct UpgradeProgress: Sendable, Equatable {
  /// Chunks that are still as they were.
  package let left: Int
}

extension SampleDatabase {
  /// Whether the file has rows of version 2, which had one for each series and each chunk.
  static func hasVersion2(_ database: Database) throws -> Bool {
    try database.tableExists("chunk") || database.tableExists("series")
  }

  /// Takes over the rows of version 2, some thousand in a transaction; `progress` hears of it now and then.
  ///
  /// What is taken over leaves its old place in the same transaction: after a kill at any instant the next start goes on from there.
  func upgrade(_ progress: (UpgradeProgress) -> Void) throws(StorageError) {
    guard try file.read(Self.hasVersion2) else { return }
    var left = try file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM chunk") ?? 0 }
    let isOld = left > 0
    if isOld { progress(UpgradeProgress(left: left)) }
    while try file.writeNow(bytes: 1 << 20, { try Self.takeSeries($0, Self.rowsTogether) }) > 0 {}
    var sinceTold = 0
    while true {
      let taken = try file.writeNow(bytes: 2 << 20) { try Self.takeChunks($0, Self.rowsTogether) }
      if taken == 0 { break }
      left -= taken
      sinceTold += taken
      guard sinceTold >= Self.chunksPerTelling else { continue }
      sinceTold = 0
      progress(UpgradeProgress(left: left))
    }
    try file.writeNow(bytes: 1 << 20) { database in
      try database.execute(sql: "DROP TABLE chunk; DROP TABLE series")
    }
    if isOld { progress(UpgradeProgress(left: 0)) }
  }

  private static var chunksPerTelling: Int { 1_000_000 }

  /// Takes the labels of the next series; returns how many.
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

  /// Takes the next chunks in the order of series; returns how many.
  static func takeChunks(_ database: Database, _ limit: Int) throws -> Int {
    let rows = try Row.fetchAll(
      database, sql: "SELECT \(chunkColumnsOfVersion2) FROM chunk ORDER BY series, first LIMIT ?",
      arguments: [limit])
    var chunks: [ChunkRow] = []
    for row in rows {
      let chunk = try chunkOfVersion2(row)
      if let last = chunks.last,
        ChunkPage.family(of: last.series) != ChunkPage.family(of: chunk.series)
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
