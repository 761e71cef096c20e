import GRDB
package import MetricModel
package import StorageAPI

extension SampleDatabase {
  /// The number of label pages that are read at a time.
  private static var labelRowsPerRead: Int { 64 }

  /// Calls `body` with every series, in order of their numbers.
  ///
  /// Damage that does not require the file to be salvaged is reported to `damaged`, one line each,
  /// and left out.
  ///
  /// - Complexity: reads the labels and time spans of all series, and the chunks that compaction
  ///   has not seen yet.
  package func forEachSeries(
    damaged: (String) -> Void, _ body: (StoredSeries) -> Void
  ) throws(StorageError) {
    var low = Int64.min
    var known = Int64.min
    var spans: (bucket: Int64, known: BucketSpans)?
    while true {
      let after = low
      let rows = try file.read { database in
        try Row.fetchAll(
          try database.cachedStatement(
            sql: "SELECT low, body FROM series_pack WHERE low > ? ORDER BY low LIMIT ?"),
          arguments: [after, Self.labelRowsPerRead]
        ).map { (low: try $0.integer(at: 0), body: try $0.bytes(at: 1)) }
      }
      guard let last = rows.last else { return }
      low = last.low
      for row in rows {
        guard let series = SeriesPage.series(in: row.body) else {
          damaged("the labels of series \(row.low) and those after it")
          continue
        }
        // A series that occurs twice was written twice.
        for one in series where one.key.rawValue > known {
          known = one.key.rawValue
          let bucket = ChunkPage.bucket(of: one.key)
          if spans?.bucket != bucket { spans = (bucket, try self.spans(of: bucket, damaged)) }
          body(
            StoredSeries(
              key: one.key, labels: one.labels, checksum: one.checksum,
              span: spans?.known[one.key.rawValue]))
        }
      }
    }
  }

  /// Calls `body` with every WAL record, in order, holding at most one in memory.
  package func forEachRow(_ body: (WALRecord) -> Void) throws(StorageError) {
    try file.read { database in
      let rows = try Row.fetchCursor(
        database, sql: "SELECT sequence, checksum, samples FROM journal ORDER BY sequence")
      while let row = try rows.next() {
        body(
          WALRecord(
            sequence: try row.integer(at: 0),
            checksum: UInt64(bitPattern: try row.integer(at: 1)),
            samples: try row.bytes(at: 2)))
      }
    }
  }

  /// The chunks of each series that overlap the range from an instant through another one of its
  /// own, ordered by time.
  ///
  /// Pages that cannot be read because the file is damaged are left out and reported to `damaged`,
  /// one line each.
  ///
  /// - Complexity: one index lookup per series bucket and one read per row; chunks of a series do
  ///   not overlap each other.
  package func chunks(
    of series: [(key: SeriesKey, through: Timestamp)], from: Timestamp,
    damaged: (String) -> Void
  ) throws(StorageError) -> [[ChunkRow]] {
    var found = [[ChunkRow]](repeating: [], count: series.count)
    let places = Dictionary(grouping: series.indices) { ChunkPage.bucket(of: series[$0].key) }
    for (bucket, places) in places {
      var wanted: [Int64: Int] = [:]
      var range = PageRange(bucket: bucket)
      range.last = from.rawValue ... .max
      (range.low, range.high, range.first) = (.max, .min, .min)
      for place in places {
        let (key, through) = series[place]
        wanted[key.rawValue] = place
        range.low = min(range.low, key.rawValue)
        range.high = max(range.high, key.rawValue)
        range.first = max(range.first, through.rawValue)
      }
      var chunks: [ChunkRow] = []
      for page in try pages(in: range, damaged) {
        let isSound = ChunkPage.read(page.body, into: &chunks) { header in
          guard let place = wanted[header.series] else { return false }
          return header.last >= from.rawValue && header.first <= series[place].through.rawValue
        }
        if !isSound { damaged("row \(page.number) of chunks") }
      }
      for chunk in Self.withoutRepeats(chunks) {
        if let place = wanted[chunk.series.rawValue] { found[place].append(chunk) }
      }
    }
    return found
  }

  /// The chunks in order of series and time, without those that were written twice.
  static func withoutRepeats(_ chunks: [ChunkRow]) -> [ChunkRow] {
    let sorted = chunks.sorted { ($0.series, $0.first) < ($1.series, $1.first) }
    var single: [ChunkRow] = []
    single.reserveCapacity(sorted.count)
    for chunk in sorted {
      if let last = single.last, last.series == chunk.series, last.first == chunk.first { continue }
      single.append(chunk)
    }
    return single
  }

  /// The number of chunks and of WAL records.
  package func counts() throws(StorageError) -> (chunks: Int, rows: Int) {
    try file.read { database in
      (
        try Int.fetchOne(database, sql: "SELECT coalesce(sum(chunks), 0) FROM chunk_pack") ?? 0,
        try Int.fetchOne(database, sql: "SELECT count(*) FROM journal") ?? 0
      )
    }
  }
}
