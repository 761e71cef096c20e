import GRDB
package import MetricModel
package import StorageAPI

extension SampleJournal {
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

  /// The time before which chunks must end so that removing them frees about so many bytes; nil if there are no chunks.
  package func cutoff(freeing bytes: Int) throws(StorageError) -> Timestamp? {
    let used = max(1, try usedBytes())
    return try file.read { database in
      let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM chunk") ?? 0
      if count == 0 { return nil }
      // Chunks are of about the same size; if they are not, the next round removes the rest.
      let share = Double(bytes) / Double(used)
      let wanted = min(count - 1, Int((Double(count) * share).rounded(.up)))
      return try Int64.fetchOne(
        database, sql: "SELECT last FROM chunk ORDER BY last LIMIT 1 OFFSET ?",
        arguments: [wanted]
      ).map { Timestamp(rawValue: $0 &+ 1) }
    }
  }

  /// Puts chunks in the place of others, in one transaction.
  package func replace(_ numbers: [Int64], with chunks: [ChunkRow]) async throws(StorageError) {
    try await file.write { database in
      for number in numbers {
        try database.cachedStatement(sql: "DELETE FROM chunk WHERE number = ?")
          .execute(arguments: [number])
      }
      var writes = JournalWrites()
      writes.chunks = chunks
      try Self.write(writes, to: database)
    }
  }

  /// Writes a sound, compact copy of the samples as they are now to a file that must not be there yet.
  package func copy(to path: String) throws(StorageError) { try file.copy(to: path) }

  /// What SQLite finds wrong in the file, one line each; empty if it is sound.
  package func findings(limit: Int = 20) throws(StorageError) -> [String] {
    try file.findings(limit: limit)
  }
}
