import GRDB
package import MetricModel
package import StorageAPI

/// What a file of samples holds.
package struct JournalSummary: Sendable, Equatable {
  package var series = 0
  package var chunks = 0
  package var sealedSamples = 0
  package var chunkBytes = 0
  package var batches = 0
  package var batchBytes = 0
  /// The first and the last time in a chunk; nil if there are none.
  package var first: Timestamp?
  package var last: Timestamp?
  package var fileBytes = 0
  package var freeBytes = 0
}

extension SampleJournal {
  /// What the file holds.
  ///
  /// - Complexity: reads every chunk's row, not its samples.
  package func summary() throws(StorageError) -> JournalSummary {
    let use = try file.pageUse()
    return try file.read { database in
      var summary = JournalSummary()
      summary.fileBytes = use.pages * use.pageBytes
      summary.freeBytes = use.freePages * use.pageBytes
      summary.series = try Int.fetchOne(database, sql: "SELECT count(*) FROM series") ?? 0
      let chunks = try Row.fetchOne(
        database,
        sql: """
          SELECT count(*), coalesce(sum(count), 0), coalesce(sum(length(samples)), 0),
            min(first), max(last) FROM chunk
          """)
      if let chunks {
        summary.chunks = Int(try chunks.integer(at: 0))
        summary.sealedSamples = Int(try chunks.integer(at: 1))
        summary.chunkBytes = Int(try chunks.integer(at: 2))
        summary.first = try chunks.integerIfPresent(at: 3).map { Timestamp(rawValue: $0) }
        summary.last = try chunks.integerIfPresent(at: 4).map { Timestamp(rawValue: $0) }
      }
      let rows = try Row.fetchOne(
        database, sql: "SELECT count(*), coalesce(sum(length(samples)), 0) FROM journal")
      if let rows {
        summary.batches = Int(try rows.integer(at: 0))
        summary.batchBytes = Int(try rows.integer(at: 1))
      }
      return summary
    }
  }

  /// Calls `body` with every chunk, in the order of series and time.
  package func forEachChunk(_ body: (ChunkRow) -> Void) throws(StorageError) {
    try file.read { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT number, first, last, count, encoding, checksum, samples, series FROM chunk
          ORDER BY series, first
          """)
      while let row = try rows.next() {
        body(try Self.chunk(row, of: SeriesKey(rawValue: try row.integer(at: 7))))
      }
    }
  }

  /// Writes sound, compact copies of the files of a folder to another one, as they are now, beside an evaluator that may be running.
  ///
  /// Returns the names of the files. Throws if one is there already: nothing is overwritten.
  package static func snapshot(
    of folder: String, to target: String
  ) throws(StorageError) -> [String] {
    var written: [String] = []
    for name in [fileName, StateDatabase.fileName] {
      guard let file = try DatabaseFile.readable(folder + "/" + name) else {
        if name == fileName {
          throw .failed("\(folder): there is no \(name); name the storage.path")
        }
        continue
      }
      try file.copy(to: target + "/" + name)
      try file.close()
      written.append(name)
    }
    return written
  }
}
