import GRDB
package import MetricModel
package import StorageAPI

/// A summary of the contents of a sample file.
package struct WALSummary: Sendable, Equatable {
  package var series = 0
  package var chunks = 0
  package var sealedSamples = 0
  /// The bytes of all chunks with their headers.
  package var chunkBytes = 0
  package var labelBytes = 0
  package var batches = 0
  package var batchBytes = 0
  /// The first time in any chunk; `nil` if there are no chunks.
  package var first: Timestamp?
  package var last: Timestamp?
  package var fileBytes = 0
  package var freeBytes = 0
}

extension SampleDatabase {
  /// Summarises the file.
  ///
  /// - Complexity: reads every row, but does not decode samples.
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

  /// Calls `body` with every chunk, in order of series and time.
  ///
  /// Damaged chunks are left out and reported to `damaged`, one line each.
  package func forEachChunk(
    damaged: (String) -> Void, _ body: (ChunkRow) -> Void
  ) throws(StorageError) {
    let buckets = try file.read { database in
      try Int64.fetchAll(
        database, sql: "SELECT DISTINCT family FROM chunk_pack INDEXED BY chunk_pack_by_family")
    }
    for bucket in buckets {
      var chunks: [ChunkRow] = []
      for page in try pages(in: PageRange(bucket: bucket), damaged)
      where !ChunkPage.read(page.body, into: &chunks, where: { _ in true }) {
        damaged("row \(page.number) of chunks")
      }
      for chunk in Self.withoutRepeats(chunks) { body(chunk) }
    }
  }

  /// Writes consistent, compact copies of the files of a storage folder, as they are now, to
  /// another folder; an evaluator may be running.
  ///
  /// Returns the names of the files. Nothing is overwritten.
  ///
  /// - Throws: `StorageError` if one of the files exists already.
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
