import StorageAPI
import Synchronization

/// State in memory.
final class MemoryStateStore: StateStore {
  private let tables = Mutex<[StateTable: [String: [UInt8]]]>([:])

  func rows(in table: StateTable) async throws(StorageError) -> [StateRow] {
    tables.withLock { tables in
      (tables[table] ?? [:]).sorted { $0.key < $1.key }.map {
        StateRow(key: $0.key, value: $0.value)
      }
    }
  }

  func apply(_ changes: [StateChange]) async throws(StorageError) {
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
