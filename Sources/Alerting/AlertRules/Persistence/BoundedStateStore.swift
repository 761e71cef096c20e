import Concurrency
import StorageAPI
import Synchronization

/// The state store of one rule group, which waits for the disk for a limited time only, so that a
/// disk that hangs never stops the evaluation of rules.
///
/// A write cannot be cancelled: one that exceeds the limit continues by itself, and further writes
/// of the group fail at once until it has ended. Whoever gets an error must take the rows of the
/// failed write as possibly stored, and write them again.
final class BoundedStateStore: StateStore {
  private let store: any StateStore
  private let limit: Duration
  private let last = Mutex<Promise<Result<Void, StorageError>>?>(nil)

  /// Makes a store that waits for one write at most as long as `limit`, by the system's clock.
  init(_ store: any StateStore, limit: Duration) {
    self.store = store
    self.limit = limit
  }

  func rows(in table: StateTable) async throws(StorageError) -> [StateRow] {
    try await store.rows(in: table)
  }

  func apply(_ changes: [StateChange]) async throws(StorageError) {
    let write = try begin(changes)
    let result = await withDeadline(after: limit) {
      await write.valueUnlessCancelled()
    }
    guard let result = result ?? write.current else {
      throw Task.isCancelled ? .cancelled : .failed("no answer from the disk within \(limit)")
    }
    try result.get()
  }

  private func begin(
    _ changes: [StateChange]
  ) throws(StorageError) -> Promise<Result<Void, StorageError>> {
    let write = Promise<Result<Void, StorageError>>()
    let isFree = last.withLock { last in
      if let last, !last.isFulfilled { return false }
      last = write
      return true
    }
    guard isFree else { throw .failed("the disk has not answered an earlier write yet") }
    // Not a child of the evaluation, which may end before the write does.
    Task { [store] in
      do throws(StorageError) {
        try await store.apply(changes)
        write.fulfill(.success(()))
      } catch {
        write.fulfill(.failure(error))
      }
    }
    return write
  }
}
