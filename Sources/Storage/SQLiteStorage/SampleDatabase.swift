import Dispatch
import Foundation
import GRDB
package import MetricModel
package import StorageAPI

/// The samples that outlive the process: one SQLite file with a row per batch, and rows that sealed chunks and series share
/// (`ChunkPage`, `SeriesPage`).
///
/// Commits use `synchronous=NORMAL` by default: a committed batch is in the kernel's hands and survives `kill -9`; a power cut may
/// take the seconds since the last checkpoint, as with Prometheus' own log, and leaves the file sound.
package final class SampleDatabase: Sendable {
  /// The file's name in its folder.
  package static let fileName = "samples.db"

  private let folder: StorageFolder?
  let file: DatabaseFile

  /// Opens the samples in a folder.
  ///
  /// `survivesPowerCut` waits for the disk at every commit; `maximumBytes` limits the file as a full disk would. The rows of an older
  /// version are taken over first; `progress` hears of that.
  package init(
    in folder: StorageFolder, survivesPowerCut: Bool = false, maximumBytes: Int? = nil,
    progress: (UpgradeProgress) -> Void = { _ in }
  ) throws(StorageError) {
    self.folder = folder
    file = try DatabaseFile(
      path: folder.file(Self.fileName), synchronous: survivesPowerCut ? .full : .normal,
      maximumBytes: maximumBytes, folding: WALCheckpointer.Limits(), migrator: Self.migrator)
    do {
      try upgrade(progress)
    } catch {
      try? file.close()
      throw error
    }
  }

  /// Opens the samples of a folder to read them as they are at this moment, while an evaluator may go on writing; every write fails.
  package init(readingFrom folder: String) throws(StorageError) {
    self.folder = nil
    file = try DatabaseFile(reading: folder + "/" + Self.fileName)
    guard try file.read({ try $0.tableExists("chunk_pack") && !Self.hasVersion2($0) }) else {
      throw .failed(
        "\(file.path): written by an older version; start the evaluator with this storage.path once, "
          + "which brings it up to date")
    }
  }

  /// Writes everything in one transaction, after those submitted before it, and then calls `completion` on the database's queue.
  package func submit(
    _ writes: WALWrites,
    completion: @escaping @Sendable (Result<Void, StorageError>) -> Void
  ) {
    file.submit(
      bytes: writes.byteCount, { try Self.write(writes, to: $0) }, completion: completion)
  }

  /// The same on the caller's thread, which waits.
  package func submitAndWait(
    _ writes: WALWrites, completion: (Result<Void, StorageError>) -> Void
  ) {
    file.submitAndWait(
      bytes: writes.byteCount, { try Self.write(writes, to: $0) }, completion: completion)
  }

  /// Calls `body` after a while, on a queue of the system.
  package func wait(_ delay: Duration, then body: @escaping @Sendable () -> Void) {
    let (seconds, attoseconds) = delay.components
    let interval = Double(seconds) + Double(attoseconds) / 1e18
    DispatchQueue.global().asyncAfter(deadline: .now() + interval, execute: body)
  }

  /// Writes everything in one transaction and returns when it is committed.
  package func commit(_ writes: WALWrites) async throws(StorageError) {
    try await file.write { try Self.write(writes, to: $0) }
  }

  /// Removes the batches before one in the order: the first, and as many as have at most `bytes` together; returns how many.
  package func removeRows(before sequence: Int64, bytes: Int) async throws(StorageError) -> Int {
    try await file.write(bytes: bytes) { database in
      // The length of a batch is known without reading it.
      let find = try database.cachedStatement(
        sql: "SELECT sequence, length(samples) FROM journal WHERE sequence < ? ORDER BY sequence")
      let rows = try Row.fetchCursor(find, arguments: [sequence])
      var removed: [Int64] = []
      var size = 0
      while let row = try rows.next() {
        // Each row costs something by itself.
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

  /// Removes chunks that end before an instant, with at most `limit` rows; returns how many rows and chunks were removed.
  ///
  /// Chunks that share a row go with the one that ends last, which is less than two hours later.
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
      for family in Set(try removed.map { try $0.integer(at: 1) }) {
        try forget.execute(arguments: [family])
      }
      return (removed.count, Int(try removed.reduce(0) { $0 + (try $1.integer(at: 0)) }))
    }
  }

  /// Limits the size of the file; a write beyond it fails as on a full disk.
  package func limit(bytes: Int) throws(StorageError) { try file.limit(bytes: bytes) }

  /// The bytes of the file and its write-ahead log.
  package var bytesOnDisk: Int { file.bytesOnDisk }

  /// Closes the file; every later call fails.
  package func close() throws(StorageError) { try file.close() }

  /// A commit that failed may have been made all the same, and is tried again: batches replace each other, and of series and chunks
  /// that stand twice the readers leave out one.
  static func write(_ writes: WALWrites, to database: Database) throws {
    if !writes.newSeries.isEmpty {
      try insert(
        SeriesPage.packing(
          writes.newSeries.map {
            StoredLabels(key: $0.key, labels: $0.labels, checksum: $0.checksum)
          }), into: database)
    }
    if !writes.chunks.isEmpty {
      let packs = ChunkPage.packing(writes.chunks)
      try insert(packs, into: database)
      try noteUncompacted(packs, in: database)
    }
    for row in writes.rows {
      try database.cachedStatement(
        sql: "INSERT OR REPLACE INTO journal (sequence, checksum, samples) VALUES (?, ?, ?)"
      ).execute(arguments: [row.sequence, Int64(bitPattern: row.checksum), Data(row.samples)])
    }
    if !writes.removedSeries.isEmpty { try remove(writes.removedSeries, from: database) }
  }

  static func insert(_ packs: [SeriesPage], into database: Database) throws {
    let insert = try database.cachedStatement(
      sql: "INSERT OR REPLACE INTO series_pack (low, body) VALUES (?, ?)")
    for pack in packs { try insert.execute(arguments: [pack.low, Data(pack.body)]) }
  }

  static func insert(_ packs: [ChunkPage], into database: Database) throws {
    let insert = try database.cachedStatement(
      sql: """
        INSERT INTO chunk_pack (family, first, last, low, high, chunks, samples, body)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for pack in packs {
      try insert.execute(arguments: [
        pack.family, pack.first, pack.last, pack.low, pack.high, pack.chunks, pack.samples,
        Data(pack.body),
      ])
    }
  }

  /// Notes that compaction has something to do where the packs are.
  static func noteUncompacted(_ packs: [ChunkPage], in database: Database) throws {
    let note = try database.cachedStatement(
      sql: "INSERT OR IGNORE INTO uncompacted (family, period) VALUES (?, ?)")
    var last: (family: Int64, period: Int64)?
    for pack in packs {
      let place = (pack.family, ChunkPage.period(of: pack.last))
      if let last, last == place { continue }
      try note.execute(arguments: [place.0, place.1])
      last = place
    }
  }

  private static func remove(_ keys: [SeriesKey], from database: Database) throws {
    let find = try database.cachedStatement(
      sql: "SELECT low, body FROM series_pack WHERE low <= ? ORDER BY low DESC LIMIT 1")
    var rest = keys.map(\.rawValue).sorted()[...]
    // From the end, so that what is written anew is never looked at again.
    while let key = rest.last {
      guard let row = try Row.fetchOne(find, arguments: [key]) else { return }
      let low = try row.integer(at: 0)
      let gone = Set(rest.reversed().prefix { $0 >= low })
      rest.removeLast(gone.count)
      // What is damaged stays, for `tocsin store verify`.
      guard let series = SeriesPage.series(in: try row.bytes(at: 1)) else { continue }
      let left = series.filter { !gone.contains($0.key.rawValue) }
      if left.count == series.count { continue }
      try database.cachedStatement(sql: "DELETE FROM series_pack WHERE low = ?")
        .execute(arguments: [low])
      try insert(SeriesPage.packing(left), into: database)
    }
  }
}
