import GRDB
package import MetricModel
package import StorageAPI

extension SampleJournal {
  /// Calls `body` with every series, in the order of their numbers.
  package func forEachSeries(_ body: (StoredSeries) -> Void) throws(StorageError) {
    try file.read { database in
      // Two seeks in an index per series, whatever the number of chunks.
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT key, labels,
            (SELECT first FROM chunk WHERE series = key ORDER BY first LIMIT 1),
            (SELECT last FROM chunk WHERE series = key ORDER BY first DESC LIMIT 1), checksum
          FROM series ORDER BY key
          """)
      while let row = try rows.next() {
        let first = try row.integerIfPresent(at: 2)
        let last = try row.integerIfPresent(at: 3)
        var span: ClosedRange<Timestamp>?
        if let first, let last, first <= last {
          span = Timestamp(rawValue: first)...Timestamp(rawValue: last)
        }
        body(
          StoredSeries(
            key: SeriesKey(rawValue: try row.integer(at: 0)), labels: try row.bytes(at: 1),
            checksum: try row.integerIfPresent(at: 4).map { UInt64(bitPattern: $0) }, span: span))
      }
    }
  }

  /// Calls `body` with every batch, in their order, without ever holding more than one in memory.
  package func forEachRow(_ body: (JournalRow) -> Void) throws(StorageError) {
    try file.read { database in
      let rows = try Row.fetchCursor(
        database, sql: "SELECT sequence, checksum, samples FROM journal ORDER BY sequence")
      while let row = try rows.next() {
        body(
          JournalRow(
            sequence: try row.integer(at: 0),
            checksum: UInt64(bitPattern: try row.integer(at: 1)),
            samples: try row.bytes(at: 2)))
      }
    }
  }

  /// The chunks of each series that overlap the range from an instant through another one of its own, ordered by time.
  ///
  /// What cannot be read, because pages of the file are damaged, is told to `damaged` in one line each and left out.
  ///
  /// - Complexity: two seeks per series and one read per chunk; chunks of a series do not overlap each other.
  package func chunks(
    of series: [(key: SeriesKey, through: Timestamp)], from: Timestamp,
    damaged: (String) -> Void
  ) throws(StorageError) -> [[ChunkRow]] {
    do {
      return try chunks(of: series, from: from)
    } catch {
      guard case .damaged = error else { throw error }
    }
    var found: [[ChunkRow]] = []
    for one in series {
      do {
        found.append(try chunks(of: [one], from: from).first ?? [])
      } catch {
        guard case .damaged = error else { throw error }
        found.append(try readableChunks(of: one.key, through: one.through, from: from, damaged))
      }
    }
    return found
  }

  /// The chunks of a series whose pages can be read, one by one.
  private func readableChunks(
    of series: SeriesKey, through: Timestamp, from: Timestamp, _ damaged: (String) -> Void
  ) throws(StorageError) -> [ChunkRow] {
    let numbers: [Int64]
    do {
      numbers = try file.read { database in
        try Int64.fetchAll(
          database,
          sql: """
            SELECT number FROM chunk INDEXED BY chunk_by_series
            WHERE series = ? AND first <= ? AND last >= ? ORDER BY first
            """, arguments: [series.rawValue, through.rawValue, from.rawValue])
      }
    } catch {
      guard case .damaged = error else { throw error }
      damaged("the list of chunks of series \(series.rawValue)")
      return []
    }
    var found: [ChunkRow] = []
    for number in numbers {
      do {
        let row = try file.read { database in
          try Row.fetchOne(
            database,
            sql: """
              SELECT number, first, last, count, encoding, checksum, samples FROM chunk
              WHERE number = ?
              """, arguments: [number]
          ).map { try Self.chunk($0, of: series) }
        }
        if let row { found.append(row) }
      } catch {
        guard case .damaged = error else { throw error }
        damaged("chunk \(number) of series \(series.rawValue)")
      }
    }
    return found
  }

  private func chunks(
    of series: [(key: SeriesKey, through: Timestamp)], from: Timestamp
  ) throws(StorageError) -> [[ChunkRow]] {
    try file.read { database in
      let statement = try database.cachedStatement(
        sql: """
          SELECT number, first, last, count, encoding, checksum, samples FROM chunk
          WHERE series = ? AND first <= ? ORDER BY first DESC
          """)
      return try series.map { key, through in
        var found: [ChunkRow] = []
        let rows = try Row.fetchCursor(statement, arguments: [key.rawValue, through.rawValue])
        while let row = try rows.next(), try row.integer(at: 2) >= from.rawValue {
          found.append(try Self.chunk(row, of: key))
        }
        found.reverse()
        return found
      }
    }
  }

  static func chunk(_ row: Row, of series: SeriesKey) throws -> ChunkRow {
    ChunkRow(
      number: try row.integer(at: 0), series: series,
      first: Timestamp(rawValue: try row.integer(at: 1)),
      last: Timestamp(rawValue: try row.integer(at: 2)),
      count: Int(try row.integer(at: 3)), encoding: Int(try row.integer(at: 4)),
      checksum: UInt64(bitPattern: try row.integer(at: 5)), samples: try row.bytes(at: 6))
  }

  /// The number of the chunk sealed last; 0 if there are none.
  package func lastChunkNumber() throws(StorageError) -> Int64 {
    try file.read { database in
      try Int64.fetchOne(database, sql: "SELECT max(number) FROM chunk") ?? 0
    }
  }

  /// How many chunks and batches there are.
  package func counts() throws(StorageError) -> (chunks: Int, rows: Int) {
    try file.read { database in
      (
        try Int.fetchOne(database, sql: "SELECT count(*) FROM chunk") ?? 0,
        try Int.fetchOne(database, sql: "SELECT count(*) FROM journal") ?? 0
      )
    }
  }
}
