import GRDB
package import MetricModel
package import StorageAPI

/// What a file of samples holds.
package struct WALSummary: Sendable, Equatable {
  package var series = 0
  package var chunks = 0
  package var sealedSamples = 0
  /// The bytes of the chunks, headers included, and of the labels.
  package var chunkBytes = 0
  package var labelBytes = 0
  package var batches = 0
  package var batchBytes = 0
  /// The first and the last time in a chunk; nil if there are none.
  package var first: Timestamp?
  package var last: Timestamp?
  package var fileBytes = 0
  package var freeBytes = 0
}

extension SampleDatabase {
  /// What the file holds.
  ///
  /// - Complexity: reads every row, of chunks not their samples.
  package func summary() throws(StorageError) -> WALSummary {
    let use = try file.pageUse()
    return try file.read { database in
      var summary = WALSummary()
      summary.fileBytes = use.pages * use.pageBytes
      summary.freeBytes = use.freePages * use.pageBytes
      let labels = try Row.fetchCursor(database, sql: "SELECT body FROM series_pack")
      while let row = try labels.next() {
        let body = try row.bytes(at: 0)
        summary.labelBytes += body.count
        summary.series += SeriesPage.series(in: body)?.count ?? 0
      }
      let chunks = try Row.fetchOne(
        database,
        sql: """
          SELECT coalesce(sum(chunks), 0), coalesce(sum(samples), 0), coalesce(sum(length(body)), 0),
            min(first), max(last) FROM chunk_pack
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
  ///
  /// What is damaged is told to `damaged` in one line each and left out.
  package func forEachChunk(
    damaged: (String) -> Void, _ body: (ChunkRow) -> Void
  ) throws(StorageError) {
    let families = try file.read { database in
      try Int64.fetchAll(
        database, sql: "SELECT DISTINCT family FROM chunk_pack INDEXED BY chunk_pack_by_family")
    }
    for family in families {
      var chunks: [ChunkRow] = []
      for pack in try packs(in: PageRange(family: family), damaged)
      where !ChunkPage.read(pack.body, into: &chunks, where: { _ in true }) {
        damaged("row \(pack.number) of chunks")
      }
      for chunk in Self.withoutRepeats(chunks) { body(chunk) }
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
