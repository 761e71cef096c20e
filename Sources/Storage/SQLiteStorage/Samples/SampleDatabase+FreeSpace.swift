import GRDB
package import MetricModel
package import StorageAPI

extension SampleDatabase {
  /// The bytes of the file in use; free pages are filled before the file grows.
  package func usedBytes() throws(StorageError) -> Int { try file.pageUse().usedBytes }

  /// The number of free pages in the file.
  package func freePages() throws(StorageError) -> Int { try file.pageUse().freePages }

  /// Returns at most `limit` bytes of free pages to the file system, leaving `spare` bytes for new
  /// data; returns the bytes given back.
  ///
  /// The file becomes shorter with the next checkpoint.
  package func giveBack(leaving spare: Int, limit: Int) async throws(StorageError) -> Int {
    let use = try file.pageUse()
    let pages = min(limit / use.pageBytes, use.freePages - spare / use.pageBytes)
    guard pages > 0 else { return 0 }
    try await file.giveBack(pages: pages)
    return (use.pages - (try file.pageUse().pages)) * use.pageBytes
  }

  /// Lets an oversized WAL shrink step by step; to be called periodically.
  package func shrinkLog() { file.checkpointer?.shrink() }

  /// The cut-off time for removing chunks so that about so many bytes become free; `nil` if there
  /// are no chunks.
  package func cutoff(freeing bytes: Int) throws(StorageError) -> Timestamp? {
    let used = max(1, try usedBytes())
    return try file.read { database in
      let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM chunk_pack") ?? 0
      if count == 0 { return nil }
      // Most rows fill a page; where they do not, the next round removes the rest.
      let share = Double(bytes) / Double(used)
      let wanted = min(count - 1, Int((Double(count) * share).rounded(.up)))
      return try Int64.fetchOne(
        database, sql: "SELECT last FROM chunk_pack ORDER BY last LIMIT 1 OFFSET ?",
        arguments: [wanted]
      ).map { Timestamp(rawValue: $0 &+ 1) }
    }
  }

  /// Replaces chunks of a series, identified by their first times, by others in one transaction.
  package func replace(
    _ replaced: [Timestamp], of series: SeriesKey, with chunks: [ChunkRow]
  ) async throws(StorageError) {
    let times = replaced.map(\.rawValue)
    try await file.write { database in
      var chunks = chunks
      if let earliest = times.min(), let latest = times.max() {
        let gone = Set(times)
        let range = PageRange(
          bucket: ChunkPage.bucket(of: series), last: earliest ... .max, first: latest,
          low: series.rawValue, high: series.rawValue)
        for page in try Self.pages(in: range, database) {
          var found: [ChunkRow] = []
          // Damaged chunks were not read before, so they are not replaced.
          guard ChunkPage.read(page.body, into: &found, where: { _ in true }) else { continue }
          let left = found.filter { $0.series != series || !gone.contains($0.first.rawValue) }
          if left.count == found.count { continue }
          chunks += left
          try Self.removePack(page.number, from: database)
        }
      }
      try Self.insertUncompacted(Self.withoutRepeats(chunks), into: database)
    }
  }

  static func removePack(_ number: Int64, from database: Database) throws {
    try database.cachedStatement(sql: "DELETE FROM chunk_pack WHERE number = ?")
      .execute(arguments: [number])
  }

  /// Writes a consistent, compact copy of the samples to a file that must not exist yet.
  package func copy(to path: String) throws(StorageError) { try file.copy(to: path) }

  /// The problems that SQLite's integrity check finds, one line each; empty if there are none.
  package func findings(limit: Int = 20) throws(StorageError) -> [String] {
    try file.findings(limit: limit)
  }
}
