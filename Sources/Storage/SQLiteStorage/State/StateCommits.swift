import Concurrency
import Foundation
import GRDB
import StorageAPI
import Synchronization

/// Group commit for lists of state changes: all that wait while one commit runs share the next one.
///
/// A commit that survives a power cut takes milliseconds, however much is in it; a hundred callers
/// should not wait for a hundred of them. If a shared commit fails, each list is tried alone, so
/// that one caller's error does not become another's.
final class StateCommits: Sendable {
  private struct Entry: Sendable {
    let changes: [StateChange]
    let result = Promise<Result<Void, StorageError>>()
  }

  private let file: DatabaseFile
  private let state = Mutex<(waiting: [Entry], isRunning: Bool)>(([], false))

  init(file: DatabaseFile) { self.file = file }

  /// Makes changes, all or none; they are on disk when this returns.
  func apply(_ changes: [StateChange]) async throws(StorageError) {
    let entry = Entry(changes: changes)
    let isFirst = state.withLock { state in
      state.waiting.append(entry)
      defer { state.isRunning = true }
      return !state.isRunning
    }
    if isFirst { commitWaiting() }
    // The disk has the last word, also for a task that was cancelled.
    try await entry.result.value.get()
  }

  private func commitWaiting() {
    let entries = state.withLock { state in
      defer { state.waiting = [] }
      if state.waiting.isEmpty { state.isRunning = false }
      return state.waiting
    }
    if entries.isEmpty { return }
    commit(entries) { [self] in commitWaiting() }
  }

  private func commit(_ entries: [Entry], then next: @escaping @Sendable () -> Void) {
    file.submit({ database in
      for entry in entries { try Self.write(entry.changes, to: database) }
    }) { [self] result in
      if entries.count > 1, case .failure = result {
        commitEach(entries[...], then: next)
      } else {
        for entry in entries { entry.result.fulfill(result) }
        next()
      }
    }
  }

  private func commitEach(_ entries: ArraySlice<Entry>, then next: @escaping @Sendable () -> Void) {
    guard let first = entries.first else { return next() }
    commit([first]) { [self] in commitEach(entries.dropFirst(), then: next) }
  }

  private static func write(_ changes: [StateChange], to database: Database) throws {
    for change in changes {
      switch change {
      case .put(let table, let key, let value):
        try database.cachedStatement(
          sql: "INSERT OR REPLACE INTO \(table.rawValue) (key, value) VALUES (?, ?)"
        ).execute(arguments: [key, Data(value)])
      case .delete(let table, let key):
        try database.cachedStatement(sql: "DELETE FROM \(table.rawValue) WHERE key = ?")
          .execute(arguments: [key])
      }
    }
  }
}
