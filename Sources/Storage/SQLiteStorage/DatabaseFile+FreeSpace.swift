import GRDB
import StorageAPI

/// How the pages of a file are used.
struct PageUse: Sendable {
  /// The size of a page in bytes.
  var pageBytes = 0
  /// All pages of the file.
  var pages = 0
  /// Those that hold nothing and are used next.
  var freePages = 0

  /// The bytes that hold something.
  var usedBytes: Int { (pages - freePages) * pageBytes }
}

extension DatabaseFile {
  /// How the pages are used now.
  func pageUse() throws(StorageError) -> PageUse {
    try read { database in
      PageUse(
        pageBytes: try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 0,
        pages: try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0,
        freePages: try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0)
    }
  }

  /// Gives up to so many free pages at the end of the file back to the file system.
  func giveBack(pages: Int) async throws(StorageError) {
    _ = try await write(bytes: pages * 8192) { database in
      // Each step frees one page, so the statement is run to its end.
      try Row.fetchAll(database, sql: "PRAGMA incremental_vacuum(\(pages))").count
    }
  }

  /// Writes a sound, compact copy of the file as it is now.
  func copy(to target: String) throws(StorageError) {
    do {
      try pool.vacuum(into: target)
    } catch {
      throw StorageError(error, file: target)
    }
  }

  /// What SQLite finds wrong in the file, one line each; empty if it is sound.
  func findings(limit: Int) throws(StorageError) -> [String] {
    try read { database in
      let lines = try String.fetchAll(database, sql: "PRAGMA integrity_check(\(limit))")
      return lines == ["ok"] ? [] : lines
    }
  }
}
