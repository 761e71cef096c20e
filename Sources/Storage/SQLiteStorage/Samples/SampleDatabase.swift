import Dispatch
import Foundation
import GRDB
package import MetricModel
package import StorageAPI

/// The durable samples: one SQLite file with a row per WAL record, and rows that sealed chunks and
/// series share (`ChunkPage`, `SeriesPage`).
///
/// Commits use `synchronous=NORMAL` by default: a committed batch is in the kernel's hands and
/// survives `kill -9`; a power cut may lose the seconds since the last checkpoint, as with
/// Prometheus' own WAL, and leaves the file consistent.
package final class SampleDatabase: Sendable {
  /// The file's name in its folder.
  package static let fileName = "samples.db"

  private let folder: StorageFolder?
  let file: DatabaseFile

  /// Opens the samples in a folder.
  ///
  /// With `survivesPowerCut` every commit waits for the disk; `maximumBytes` limits the file as a
  /// full disk would. Rows of an older schema version are converted first, reported to `progress`.
  package init(
    in folder: StorageFolder, survivesPowerCut: Bool = false, maximumBytes: Int? = nil,
    progress: (UpgradeProgress) -> Void = { _ in }
  ) throws(StorageError) {
    self.folder = folder
    file = try DatabaseFile(
      path: folder.file(Self.fileName), synchronous: survivesPowerCut ? .full : .normal,
      maximumBytes: maximumBytes, checkpointer: WALCheckpointer.Limits(), migrator: Self.migrator)
    do {
      try upgrade(progress)
    } catch {
      try? file.close()
      throw error
    }
  }

  /// Opens the samples of a folder read-only, as they are at this moment, while an evaluator may go
  /// on writing.
  package init(readingFrom folder: String) throws(StorageError) {
    self.folder = nil
    file = try DatabaseFile(reading: folder + "/" + Self.fileName)
    guard try file.read({ try $0.tableExists("chunk_pack") && !Self.hasVersion2($0) }) else {
      throw .failed(
        "\(file.path): written by an older version; start the evaluator with this storage.path once, "
          + "which brings it up to date")
    }
  }

  /// Writes everything in one transaction, after those submitted before it, then calls `completion`
  /// on the database's queue.
  package func submit(
    _ writes: WALWrites,
    completion: @escaping @Sendable (Result<Void, StorageError>) -> Void
  ) {
    file.submit(
      bytes: writes.byteCount, { try Self.write(writes, to: $0) }, completion: completion)
  }

  /// Does the same on the caller's thread, which blocks.
  package func submitAndWait(
    _ writes: WALWrites, completion: (Result<Void, StorageError>) -> Void
  ) {
    file.submitAndWait(
      bytes: writes.byteCount, { try Self.write(writes, to: $0) }, completion: completion)
  }

  /// Calls `body` after a delay, on a queue of the system.
  package func wait(_ delay: Duration, then body: @escaping @Sendable () -> Void) {
    DispatchQueue.global().asyncAfter(deadline: .now() + delay.seconds, execute: body)
  }

  /// Writes everything in one transaction and returns once it is committed.
  package func commit(_ writes: WALWrites) async throws(StorageError) {
    try await file.write { try Self.write(writes, to: $0) }
  }

  /// Removes the oldest WAL records before a sequence number: at least one, and as many as have at
  /// most `bytes` together; returns how many.
  package func removeRows(before sequence: Int64, bytes: Int) async throws(StorageError) -> Int {
    try await file.write(bytes: bytes) { database in
      // The length of a record is known without reading it.
      let find = try database.cachedStatement(
        sql: "SELECT sequence, length(samples) FROM journal WHERE sequence < ? ORDER BY sequence")
      let rows = try Row.fetchCursor(find, arguments: [sequence])
      var removed: [Int64] = []
      var size = 0
      while let row = try rows.next() {
        // Each row has a fixed cost of its own.
        size += Int(try row.integer(at: 1)) + 512
        if size > bytes, !removed.isEmpty { break }
        removed.append(try row.integer(at: 0))
      }
      guard let last = removed.last else { return 0 }
      try database.cachedStatement(sql: "DELETE FROM journal WHERE sequence <= ?")
        .execute(arguments: [last])
      return removed.count
    }
  }

  /// Removes chunks that end before an instant, at most `limit` rows; returns the numbers of rows
  /// and chunks removed.
  ///
  /// Chunks that share a row are removed with the one that ends last, which is less than two hours
  /// later.
  package func removeChunks(
    endingBefore cutoff: Timestamp, limit: Int
  ) async throws(StorageError) -> (rows: Int, chunks: Int) {
    try await file.write { database in
      let statement = try database.cachedStatement(
        sql: """
          DELETE FROM chunk_pack WHERE number IN
            (SELECT number FROM chunk_pack WHERE last < ? ORDER BY last LIMIT ?)
          RETURNING chunks, family
          """)
      let removed = try Row.fetchAll(statement, arguments: [cutoff.rawValue, limit])
      let forget = try database.cachedStatement(
        sql: """
          DELETE FROM family_span WHERE family = ?1 AND NOT EXISTS
            (SELECT 1 FROM chunk_pack WHERE chunk_pack.family = ?1)
          """)
      for bucket in Set(try removed.map { try $0.integer(at: 1) }) {
        try forget.execute(arguments: [bucket])
      }
      return (removed.count, Int(try removed.reduce(0) { $0 + (try $1.integer(at: 0)) }))
    }
  }

  /// Limits the size of the file in bytes; a write beyond it fails as on a full disk.
  package func limit(bytes: Int) throws(StorageError) { try file.limit(bytes: bytes) }

  /// The size in bytes of the file with its WAL.
  package var bytesOnDisk: Int { file.bytesOnDisk }

  /// Closes the file; every later call fails.
  package func close() throws(StorageError) { try file.close() }

  /// A commit that failed may still have been made, and is tried again: records replace each other,
  /// and readers leave out series and chunks that occur twice.
  static func write(_ writes: WALWrites, to database: Database) throws {
    if !writes.newSeries.isEmpty {
      try insert(
        SeriesPage.packing(
          writes.newSeries.map {
            StoredLabels(key: $0.key, labels: $0.labels, checksum: $0.checksum)
          }), into: database)
    }
    if !writes.chunks.isEmpty {
      let pages = ChunkPage.packing(writes.chunks)
      try insert(pages, into: database)
      try noteUncompacted(pages, in: database)
    }
    for row in writes.rows {
      try database.cachedStatement(
        sql: "INSERT OR REPLACE INTO journal (sequence, checksum, samples) VALUES (?, ?, ?)"
      ).execute(arguments: [row.sequence, Int64(bitPattern: row.checksum), Data(row.samples)])
    }
    if !writes.removedSeries.isEmpty { try remove(writes.removedSeries, from: database) }
  }

  static func insert(_ pages: [SeriesPage], into database: Database) throws {
    let insert = try database.cachedStatement(
      sql: "INSERT OR REPLACE INTO series_pack (low, body) VALUES (?, ?)")
    for page in pages { try insert.execute(arguments: [page.low, Data(page.body)]) }
  }

  static func insert(_ pages: [ChunkPage], into database: Database) throws {
    let insert = try database.cachedStatement(
      sql: """
        INSERT INTO chunk_pack (family, first, last, low, high, chunks, samples, body)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for page in pages {
      try insert.execute(arguments: [
        page.bucket, page.first, page.last, page.low, page.high, page.chunks, page.samples,
        Data(page.body),
      ])
    }
  }

  /// Marks the places of the pages for compaction.
  static func noteUncompacted(_ pages: [ChunkPage], in database: Database) throws {
    let note = try database.cachedStatement(
      sql: "INSERT OR IGNORE INTO uncompacted (family, period) VALUES (?, ?)")
    var last: (bucket: Int64, period: Int64)?
    for page in pages {
      let place = (page.bucket, ChunkPage.period(of: page.last))
      if let last, last == place { continue }
      try note.execute(arguments: [place.0, place.1])
      last = place
    }
  }

  private static func remove(_ keys: [SeriesKey], from database: Database) throws {
    let find = try database.cachedStatement(
      sql: "SELECT low, body FROM series_pack WHERE low <= ? ORDER BY low DESC LIMIT 1")
    var rest = keys.map(\.rawValue).sorted()[...]
    // From the end, so that rewritten rows are not examined again.
    while let key = rest.last {
      guard let row = try Row.fetchOne(find, arguments: [key]) else { return }
      let low = try row.integer(at: 0)
      let gone = Set(rest.reversed().prefix { $0 >= low })
      rest.removeLast(gone.count)
      // Damaged pages stay, for `tocsin store verify`.
      guard let series = SeriesPage.series(in: try row.bytes(at: 1)) else { continue }
      let left = series.filter { !gone.contains($0.key.rawValue) }
      if left.count == series.count { continue }
      try database.cachedStatement(sql: "DELETE FROM series_pack WHERE low = ?")
        .execute(arguments: [low])
      try insert(SeriesPage.packing(left), into: database)
    }
  }
}
