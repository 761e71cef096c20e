package import StorageAPI
import Synchronization

/// A state store in memory that can fail, crash or stall at a chosen write.
///
/// Its ``Disk`` outlives it, as a file outlives a process: a crash stands for `kill -9`, and a
/// second store on the same disk for the restart.
package final class MemoryStateStore: StateStore {
  /// The rows that survive a crash.
  package final class Disk: Sendable {
    fileprivate let tables = Mutex<[StateTable: [String: [UInt8]]]>([:])

    package init() {}

    /// The number of rows of a table.
    package func count(_ table: StateTable) -> Int { tables.withLock { $0[table]?.count ?? 0 } }

    /// The rows of a table, ordered by key.
    package func rows(in table: StateTable) -> [StateRow] {
      tables.withLock { tables in
        (tables[table] ?? [:]).map { StateRow(key: $0.key, value: $0.value) }
          .sorted { $0.key < $1.key }
      }
    }

    fileprivate func apply(_ changes: [StateChange]) {
      tables.withLock { tables in
        for change in changes {
          switch change {
          case .put(let table, let key, let value): tables[table, default: [:]][key] = value
          case .delete(let table, let key): tables[table]?[key] = nil
          }
        }
      }
    }
  }

  /// A fault at one write, counted from 0.
  package enum Fault: Sendable, Equatable, CustomStringConvertible {
    /// The process dies before the write reaches the disk.
    case crashBefore(write: Int)
    /// The process dies after the write reached the disk, and before the call returns.
    case crashAfter(write: Int)
    /// The write fails, and the process lives on.
    case failure(write: Int, StorageError)

    package var description: String {
      switch self {
      case .crashBefore(let write): "crash before write \(write)"
      case .crashAfter(let write): "crash after write \(write)"
      case .failure(let write, let error): "write \(write) fails: \(error)"
      }
    }
  }

  private struct State {
    var writeCount = 0
    var hasCrashed = false
    var failure: StorageError?
    var isStalled = false
    var stalled: [CheckedContinuation<Void, Never>] = []
  }

  package let disk: Disk
  private let fault: Fault?
  private let state = Mutex(State())

  /// Makes a store on a disk.
  package init(_ disk: Disk = Disk(), fault: Fault? = nil) {
    self.disk = disk
    self.fault = fault
  }

  /// Whether the process with this store counts as dead: every later write fails.
  package var hasCrashed: Bool { state.withLock { $0.hasCrashed } }

  /// The number of writes so far, whether they reached the disk or not.
  package var writeCount: Int { state.withLock { $0.writeCount } }

  /// The number of rows of a table.
  package func count(_ table: StateTable) -> Int { disk.count(table) }

  /// Makes every later write fail, as after `kill -9`.
  package func crash() { state.withLock { $0.hasCrashed = true } }

  /// Makes every later write fail with an error, such as that of a full disk; nil ends that.
  package func failWrites(with error: StorageError?) { state.withLock { $0.failure = error } }

  /// Makes later writes wait until ``resume()``, as a disk that hangs.
  package func stall() { state.withLock { $0.isStalled = true } }

  /// Lets the writes that wait, and all later ones, go on.
  package func resume() {
    let waiting = state.withLock { state in
      state.isStalled = false
      defer { state.stalled = [] }
      return state.stalled
    }
    for write in waiting { write.resume() }
  }

  /// The number of writes that wait for ``resume()``.
  package var stalledCount: Int { state.withLock { $0.stalled.count } }

  package func rows(in table: StateTable) async throws(StorageError) -> [StateRow] {
    disk.rows(in: table)
  }

  package func apply(_ changes: [StateChange]) async throws(StorageError) {
    await waitWhileStalled()
    try write(changes)
  }

  /// Writes changes without waiting, for tests of synchronous code; ``stall()`` has no effect on
  /// it.
  package func write(_ changes: [StateChange]) throws(StorageError) {
    let error: StorageError? = state.withLock { state in
      if state.hasCrashed { return .cancelled }
      if let failure = state.failure { return failure }
      let number = state.writeCount
      state.writeCount += 1
      switch fault {
      case .crashBefore(number):
        state.hasCrashed = true
        return .cancelled
      case .failure(number, let error): return error
      case .crashAfter(number): state.hasCrashed = true
      case .crashBefore, .crashAfter, .failure, nil: break
      }
      disk.apply(changes)
      return nil
    }
    if let error { throw error }
  }

  private func waitWhileStalled() async {
    await withCheckedContinuation { continuation in
      let goesOn = state.withLock { state in
        if state.isStalled { state.stalled.append(continuation) }
        return !state.isStalled
      }
      if goesOn { continuation.resume() }
    }
  }
}
