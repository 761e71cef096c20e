import GRDB
package import StorageAPI

/// The state that outlives the process: one SQLite file with one key-value table per `StateTable`.
///
/// Each list of changes is one transaction with `synchronous=FULL`: a message in the outbox must
/// survive a power cut, and there are few of them. Keys are ordered by their UTF-8 bytes.
package final class StateDatabase: StateStore {
  /// The file's name in its folder.
  package static let fileName = "state.db"

  private let folder: StorageFolder
  private let file: DatabaseFile
  private let commits: StateCommits

  /// Opens the state in a folder; `maximumBytes` limits the file as a full disk would.
  package init(in folder: StorageFolder, maximumBytes: Int? = nil) throws(StorageError) {
    self.folder = folder
    file = try DatabaseFile(
      path: folder.file(Self.fileName), synchronous: .full, maximumBytes: maximumBytes,
      migrator: Self.migrator)
    commits = StateCommits(file: file)
  }

  package func rows(in table: StateTable) async throws(StorageError) -> [StateRow] {
    try await file.write { database in
      let statement = try database.cachedStatement(
        sql: "SELECT key, value FROM \(table.rawValue) ORDER BY key")
      let rows = try Row.fetchCursor(statement)
      var result: [StateRow] = []
      while let row = try rows.next() {
        result.append(StateRow(key: try row.text(at: 0), value: try row.bytes(at: 1)))
      }
      return result
    }
  }

  package func apply(_ changes: [StateChange]) async throws(StorageError) {
    if changes.isEmpty { return }
    try await commits.apply(changes)
  }

  /// Limits the size of the file; a write beyond it fails as on a full disk.
  package func limit(bytes: Int) throws(StorageError) { try file.limit(bytes: bytes) }

  /// The size in bytes of the file with its WAL.
  package var bytesOnDisk: Int { file.bytesOnDisk }

  /// Closes the file; every later call fails.
  package func close() throws(StorageError) { try file.close() }

  private static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("v1: keyed bytes") { database in
      // Written out rather than derived from StateTable: a migration must not change when the enum
      // does.
      let tables = ["alert_states", "silences", "notification_log", "outbox", "alerts"]
      for table in tables {
        try database.execute(
          sql: "CREATE TABLE \(table) (key TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL) STRICT")
      }
    }
    return migrator
  }
}
