import StorageAPI
import Synchronization

/// A state store in memory that can die at any write, and a disk that outlives it.
///
/// Death stands for `kill -9`: the write at which it happens reaches the disk or does not, and nothing after it does.
final class MortalStore: StateStore {
  /// What is on disk.
  final class Disk: Sendable {
    let tables = Mutex<[StateTable: [String: [UInt8]]]>([:])

    func count(_ table: StateTable) -> Int { tables.withLock { $0[table]?.count ?? 0 } }
  }

  /// When to die.
  struct Death: Sendable, CustomStringConvertible {
    /// The number of the write, from 0.
    let write: Int
    /// Whether that write still reaches the disk.
    let isAfter: Bool

    var description: String { (isAfter ? "after" : "before") + " write \(write)" }
  }

  let disk: Disk
  private let death: Death?
  private let writes = Atomic(0)
  private let dead = Atomic(false)
  private let refuses = Atomic(false)

  init(_ disk: Disk, death: Death? = nil) {
    self.disk = disk
    self.death = death
  }

  var isDead: Bool { dead.load(ordering: .acquiring) }
  var writeCount: Int { writes.load(ordering: .acquiring) }

  func kill() { dead.store(true, ordering: .releasing) }

  /// As a full disk: writes fail, and the process lives on.
  func refuseWrites(_ refused: Bool) { refuses.store(refused, ordering: .releasing) }

  func rows(in table: StateTable) async throws(StorageError) -> [StateRow] {
    disk.tables.withLock { tables in
      (tables[table] ?? [:]).map { StateRow(key: $0.key, value: $0.value) }
        .sorted { $0.key < $1.key }
    }
  }

  func apply(_ changes: [StateChange]) async throws(StorageError) {
    if isDead { throw .cancelled }
    if refuses.load(ordering: .acquiring) { throw .notWritable("disk full") }
    let number = writes.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue
    if let death, number == death.write {
      kill()
      if !death.isAfter { throw .cancelled }
    }
    disk.tables.withLock { tables in
      for change in changes {
        switch change {
        case .put(let table, let key, let value): tables[table, default: [:]][key] = value
        case .delete(let table, let key): tables[table]?[key] = nil
        }
      }
    }
  }
}
