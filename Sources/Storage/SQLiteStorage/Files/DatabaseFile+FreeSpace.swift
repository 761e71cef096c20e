import GRDB
import StorageAPI

/// How the pages of a database file are used.
struct PageUse: Sendable {
  /// The size of a page in bytes.
  var pageBytes = 0
  /// All pages of the file.
  var pages = 0
  /// Pages that hold nothing; SQLite fills them before the file grows.
  var freePages = 0

  /// The bytes in use.
  var usedBytes: Int { (pages - freePages) * pageBytes }
}

extension DatabaseFile {
  /// The page counts of the file as it is now.
  func pageUse() throws(StorageError) -> PageUse {
    try read { database in
      PageUse(
        pageBytes: try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 0,
        pages: try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0,
        freePages: try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0)
    }
  }

  /// Returns up to so many free pages at the end of the file to the file system.
  func giveBack(pages: Int) async throws(StorageError) {
    _ = try await write(bytes: pages * Self.pageBytes) { database in
      // Each step of the statement frees one page, so it is run to its end.
      try Row.fetchAll(database, sql: "PRAGMA incremental_vacuum(\(pages))").count
    }
  }

  /// Writes a consistent, compact copy of the file as it is now.
  func copy(to target: String) throws(StorageError) {
    do {
      try pool.vacuum(into: target)
    } catch {
      throw StorageError(error, file: target)
    }
  }

  /// The problems that SQLite's integrity check finds, one line each; empty if there are none.
  func findings(limit: Int) throws(StorageError) -> [String] {
    try read { database in
      let lines = try String.fetchAll(database, sql: "PRAGMA integrity_check(\(limit))")
      return lines == ["ok"] ? [] : lines
    }
  }
}
