import Foundation
import GRDB
import StorageAPI

/// One SQLite file in write-ahead mode: opened, migrated, and with its errors made readable.
///
/// Writes run on the connection's own queue and do not listen to the cancellation of the task that asked for them: what a caller
/// began to keep is kept.
struct DatabaseFile: Sendable {
  /// How far a commit has got when it returns.
  enum Synchronous: String {
    /// It survives the death of the process. A power cut may take the last commits; the file stays sound.
    case normal = "NORMAL"
    /// It survives a power cut as well.
    case full = "FULL"
  }

  /// The file's path.
  let path: String
  let pool: any DatabaseWriter
  let folding: WALCheckpointer?

  /// Opens a file, or makes it, and brings it to the newest schema.
  ///
  /// `folding` keeps the folding of the log out of the commits, for files that are written all the time.
  init(
    path: String, synchronous: Synchronous, maximumBytes: Int? = nil,
    folding limits: WALCheckpointer.Limits? = nil, migrator: DatabaseMigrator
  ) throws(StorageError) {
    self.path = path
    var configuration = Configuration()
    configuration.label = path
    configuration.busyMode = .timeout(5)
    configuration.maximumReaderCount = 4
    configuration.prepareDatabase { database in
      // Both only matter to a file that is about to be made: freed pages can be given back, and a batch fills few pages.
      guard !database.configuration.readonly else { return }
      try database.execute(sql: "PRAGMA page_size = 8192")
      try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
    }
    do {
      let pool = try DatabasePool(path: path, configuration: configuration)
      // GRDB sets NORMAL itself after the hooks of the configuration, so this comes after it.
      try pool.writeWithoutTransaction { database in
        try database.execute(sql: "PRAGMA synchronous = \(synchronous.rawValue)")
        // Folding and cutting off the log are slow inside of a commit.
        try database.execute(sql: "PRAGMA wal_autocheckpoint = \(limits == nil ? 2000 : 0)")
        try database.execute(sql: "PRAGMA journal_size_limit = \(limits == nil ? 64 << 20 : -1)")
      }
      try migrator.migrate(pool)
      self.pool = pool
      folding = try limits.map { try WALCheckpointer(path: path, beside: pool, limits: $0) }
    } catch {
      throw StorageError(error, file: path)
    }
    if let maximumBytes { try limit(bytes: maximumBytes) }
  }

  /// Opens a file to read it as it is at this moment, beside whoever writes to it, without changing anything.
  init(reading path: String) throws(StorageError) {
    guard let file = try Self.readable(path) else {
      throw .failed("\(path): there is no such file; name the folder of storage.path")
    }
    self = file
    do {
      // One transaction that is never ended: all reads see the same moment.
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
    folding = nil
  }

  /// Opens a file only to read it; nil if there is none.
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

  /// Limits the size of the file; a write beyond it fails as on a full disk.
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

  /// Reads on the caller's thread, beside a running write.
  func read<Value>(_ body: (Database) throws -> Value) throws(StorageError) -> Value {
    do {
      return try pool.unsafeRead(body)
    } catch {
      throw StorageError(error, file: path)
    }
  }

  /// Runs one transaction on the caller's thread, for the time before others use the file; `bytes` is about what it writes.
  @discardableResult
  func writeNow<Value>(
    bytes: Int, _ updates: (Database) throws -> Value
  ) throws(StorageError) -> Value {
    do {
      let value = try pool.write(updates)
      folding?.note(bytes: bytes)
      return value
    } catch {
      throw StorageError(error, file: path)
    }
  }

  /// Runs one transaction and returns when it is committed; `bytes` is about what it writes.
  func write<Value: Sendable>(
    bytes: Int = 128 << 10, _ updates: @escaping @Sendable (Database) throws -> Value
  ) async throws(StorageError) -> Value {
    let result = await withCheckedContinuation { continuation in
      submit(bytes: bytes, updates) { continuation.resume(returning: $0) }
    }
    return try result.get()
  }

  /// Runs one transaction after those submitted before it, then calls `completion` on the connection's queue.
  func submit<Value: Sendable>(
    bytes: Int = 128 << 10, _ updates: @escaping @Sendable (Database) throws -> Value,
    completion: @escaping @Sendable (Result<Value, StorageError>) -> Void
  ) {
    pool.asyncWriteWithoutTransaction { [self] database in
      completion(transact(bytes, database, updates))
    }
  }

  /// Runs one transaction after those submitted before it on the caller's thread, which waits for them; saves waking another one.
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
      // GRDB's own transactions parse these two sentences anew each time.
      try database.cachedStatement(sql: "BEGIN IMMEDIATE TRANSACTION").execute()
      do {
        let value = try updates(database)
        try database.cachedStatement(sql: "COMMIT TRANSACTION").execute()
        folding?.note(bytes: bytes)
        return .success(value)
      } catch {
        // The first error is the one that tells what happened.
        try? database.rollback()
        throw error
      }
    } catch {
      return .failure(StorageError(error, file: path))
    }
  }

  /// The bytes of the file and its write-ahead log.
  var bytesOnDisk: Int {
    [path, path + "-wal"].reduce(0) { sum, file in
      let attributes = try? FileManager.default.attributesOfItem(atPath: file)
      return sum + ((attributes?[.size] as? NSNumber)?.intValue ?? 0)
    }
  }

  /// Waits for running accesses and closes the file.
  func close() throws(StorageError) {
    do {
      try folding?.close()
      try pool.close()
    } catch {
      throw StorageError(error, file: path)
    }
  }
}
