import GRDB
package import MetricModel
package import StorageAPI

extension SampleDatabase {
  /// The bytes of the file that hold something; what is free is used before the file grows.
  package func usedBytes() throws(StorageError) -> Int { try file.pageUse().usedBytes }

  /// How many pages of the file hold nothing.
  package func freePages() throws(StorageError) -> Int { try file.pageUse().freePages }

  /// Gives free room back to the file system, at most `limit` bytes, and keeps `spare` for what comes next; returns how many.
  ///
  /// The file gets shorter with the next checkpoint.
  package func giveBack(keeping spare: Int, limit: Int) async throws(StorageError) -> Int {
    let use = try file.pageUse()
    let pages = min(limit / use.pageBytes, use.freePages - spare / use.pageBytes)
    guard pages > 0 else { return 0 }
    try await file.giveBack(pages: pages)
    return (use.pages - (try file.pageUse().pages)) * use.pageBytes
  }

  /// Lets the write-ahead log shrink, part by part, if it has become large; to be called now and then.
  package func shrinkLog() { file.folding?.shrink() }

  /// The time before which chunks must end so that removing them frees about so many bytes; nil if there are no chunks.
  package func cutoff(freeing bytes: Int) throws(StorageError) -> Timestamp? {
    let used = max(1, try usedBytes())
    return try file.read { database in
      let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM chunk_pack") ?? 0
      if count == 0 { return nil }
      // Most rows fill a page; if they do not, the next round removes the rest.
      let share = Double(bytes) / Double(used)
      let wanted = min(count - 1, Int((Double(count) * share).rounded(.up)))
      return try Int64.fetchOne(
        database, sql: "SELECT last FROM chunk_pack ORDER BY last LIMIT 1 OFFSET ?",
        arguments: [wanted]
      ).map { Timestamp(rawValue: $0 &+ 1) }
    }
  }

  /// Puts chunks of a series in the place of others, told by their first times, in one transaction.
  package func replace(
    _ replaced: [Timestamp], of series: SeriesKey, with chunks: [ChunkRow]
  ) async throws(StorageError) {
    let times = replaced.map(\.rawValue)
    try await file.write { database in
      var chunks = chunks
      if let earliest = times.min(), let latest = times.max() {
        let gone = Set(times)
        let range = PageRange(
          family: ChunkPage.family(of: series), last: earliest ... .max, first: latest,
          low: series.rawValue, high: series.rawValue)
        for pack in try Self.packs(in: range, database) {
          var found: [ChunkRow] = []
          // What is damaged was not read before, and so is not replaced.
          guard ChunkPage.read(pack.body, into: &found, where: { _ in true }) else { continue }
          let left = found.filter { $0.series != series || !gone.contains($0.first.rawValue) }
          if left.count == found.count { continue }
          chunks += left
          try Self.removePack(pack.number, from: database)
        }
      }
      try Self.insertUncompacted(Self.withoutRepeats(chunks), into: database)
    }
  }

  static func removePack(_ number: Int64, from database: Database) throws {
    try database.cachedStatement(sql: "DELETE FROM chunk_pack WHERE number = ?")
      .execute(arguments: [number])
  }

  /// Writes a sound, compact copy of the samples as they are now to a file that must not be there yet.
  package func copy(to path: String) throws(StorageError) { try file.copy(to: path) }

  /// What SQLite finds wrong in the file, one line each; empty if it is sound.
  package func findings(limit: Int = 20) throws(StorageError) -> [String] {
    try file.findings(limit: limit)
  }
}
