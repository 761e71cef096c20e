import Foundation
import GRDB
import StorageAPI

/// One SQLite file in write-ahead-log mode: opened, migrated, and with its errors translated.
///
/// Writes run on the connection's own queue and ignore the cancellation of the calling task: a
/// write that was begun is completed.
struct DatabaseFile: Sendable {
  /// What a commit survives once it has returned.
  enum Synchronous: String {
    /// The death of the process. A power cut may lose the last commits; the file stays consistent.
    case normal = "NORMAL"
    /// A power cut as well.
    case full = "FULL"
  }

  /// The size of a page in bytes, for files that are created.
  static let pageBytes = 8192

  /// The file's path.
  let path: String
  let pool: any DatabaseWriter
  let checkpointer: WALCheckpointer?

  /// Opens or creates a file and brings it to the newest schema.
  ///
  /// With `checkpointer`, a separate connection checkpoints the WAL, so that commits do not; for
  /// files that are written all the time.
  init(
    path: String, synchronous: Synchronous, maximumBytes: Int? = nil,
    checkpointer limits: WALCheckpointer.Limits? = nil, migrator: DatabaseMigrator
  ) throws(StorageError) {
    self.path = path
    var configuration = Configuration()
    configuration.label = path
    configuration.busyMode = .timeout(5)
    configuration.maximumReaderCount = 4
    configuration.prepareDatabase { database in
      // Both settings only affect a new file: freed pages can be returned to the file system, and a
      // batch fills few pages.
      guard !database.configuration.readonly else { return }
      try database.execute(sql: "PRAGMA page_size = \(Self.pageBytes)")
      try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
    }
    do {
      let pool = try DatabasePool(path: path, configuration: configuration)
      // GRDB sets NORMAL itself after the hooks of the configuration, so this comes after it.
      try pool.writeWithoutTransaction { database in
        try database.execute(sql: "PRAGMA synchronous = \(synchronous.rawValue)")
        // A checkpoint or a truncation of the WAL inside a commit would make that commit slow.
        try database.execute(sql: "PRAGMA wal_autocheckpoint = \(limits == nil ? 2000 : 0)")
        try database.execute(sql: "PRAGMA journal_size_limit = \(limits == nil ? 64 << 20 : -1)")
      }
      try migrator.migrate(pool)
      self.pool = pool
      checkpointer = try limits.map { try WALCheckpointer(path: path, beside: pool, limits: $0) }
    } catch {
      throw StorageError(error, file: path)
    }
    if let maximumBytes { try limit(bytes: maximumBytes) }
  }

  /// Opens a file read-only, as it is at this moment, while another process may go on writing.
  init(reading path: String) throws(StorageError) {
    guard let file = try Self.readable(path) else {
      throw .failed("\(path): there is no such file; name the folder of storage.path")
    }
    self = file
    do {
      // One read transaction that is never ended, so that all reads see the same snapshot.
      try pool.writeWithoutTransaction { database in
        try database.beginTransaction(.deferred)
        _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master")
      }
    } catch {
      throw StorageError(error, file: path)
    }
  }

  private init(path: String, pool: any DatabaseWriter) {
    self.path = path
    self.pool = pool
    checkpointer = nil
  }

  /// Opens a file read-only; `nil` if it does not exist.
  static func readable(_ path: String) throws(StorageError) -> DatabaseFile? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    var configuration = Configuration()
    configuration.label = path
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    configuration.allowsUnsafeTransactions = true
    do {
      return DatabaseFile(
        path: path, pool: try DatabaseQueue(path: path, configuration: configuration))
    } catch {
      throw StorageError(error, file: path)
    }
  }

  /// Limits the size of the file in bytes; a write beyond it fails as on a full disk.
  func limit(bytes: Int) throws(StorageError) {
    do {
      try pool.writeWithoutTransaction { database in
        let pageSize = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 4096
        try database.execute(sql: "PRAGMA max_page_count = \(max(1, bytes / pageSize))")
      }
    } catch {
      throw StorageError(error, file: path)
    }
  }

  /// Reads on the caller's thread, concurrently with a running write.
  func read<Value>(_ body: (Database) throws -> Value) throws(StorageError) -> Value {
    do {
      return try pool.unsafeRead(body)
    } catch {
      throw StorageError(error, file: path)
    }
  }

  /// Runs one transaction on the caller's thread, before anyone else uses the file. `bytes` is the
  /// approximate amount written.
  @discardableResult
  func writeNow<Value>(
    bytes: Int, _ updates: (Database) throws -> Value
  ) throws(StorageError) -> Value {
    do {
      let value = try pool.write(updates)
      checkpointer?.note(bytes: bytes)
      return value
    } catch {
      throw StorageError(error, file: path)
    }
  }

  /// Runs one transaction and returns once it is committed. `bytes` is the approximate amount
  /// written.
  func write<Value: Sendable>(
    bytes: Int = 128 << 10, _ updates: @escaping @Sendable (Database) throws -> Value
  ) async throws(StorageError) -> Value {
    // Bridges the connection's queue, which calls back.
    let result = await withCheckedContinuation { continuation in
      submit(bytes: bytes, updates) { continuation.resume(returning: $0) }
    }
    return try result.get()
  }

  /// Runs one transaction after those submitted before it, then calls `completion` on the
  /// connection's queue.
  func submit<Value: Sendable>(
    bytes: Int = 128 << 10, _ updates: @escaping @Sendable (Database) throws -> Value,
    completion: @escaping @Sendable (Result<Value, StorageError>) -> Void
  ) {
    pool.asyncWriteWithoutTransaction { [self] database in
      completion(transact(bytes, database, updates))
    }
  }

  /// Runs one transaction after those submitted before it on the caller's thread, which blocks;
  /// saves a thread switch.
  func submitAndWait<Value: Sendable>(
    bytes: Int, _ updates: (Database) throws -> Value,
    completion: (Result<Value, StorageError>) -> Void
  ) {
    pool.writeWithoutTransaction { completion(transact(bytes, $0, updates)) }
  }

  private func transact<Value>(
    _ bytes: Int, _ database: Database, _ updates: (Database) throws -> Value
  ) -> Result<Value, StorageError> {
    do {
      // GRDB's own transaction methods would parse these two statements anew each time.
      try database.cachedStatement(sql: "BEGIN IMMEDIATE TRANSACTION").execute()
      do {
        let value = try updates(database)
        try database.cachedStatement(sql: "COMMIT TRANSACTION").execute()
        checkpointer?.note(bytes: bytes)
        return .success(value)
      } catch {
        // The first error is the one that explains the failure.
        try? database.rollback()
        throw error
      }
    } catch {
      return .failure(StorageError(error, file: path))
    }
  }

  /// The size in bytes of the file with its WAL.
  var bytesOnDisk: Int {
    [path, path + "-wal"].reduce(0) { sum, file in
      let attributes = try? FileManager.default.attributesOfItem(atPath: file)
      return sum + ((attributes?[.size] as? NSNumber)?.intValue ?? 0)
    }
  }

  /// Waits for running accesses and closes the file.
  func close() throws(StorageError) {
    do {
      try checkpointer?.close()
      try pool.close()
    } catch {
      throw StorageError(error, file: path)
    }
  }
}
