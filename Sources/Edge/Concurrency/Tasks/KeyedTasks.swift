import Synchronization

/// Running tasks by key, which their owner starts and ends as the configuration changes.
///
/// The tasks are bound to this object rather than to a task: they are cancelled when it is
/// deallocated.
package final class KeyedTasks<Key: Hashable & Sendable>: Sendable {
  private struct Entry {
    let number: UInt64
    let task: Task<Void, Never>
  }

  private struct State {
    var entries: [Key: Entry] = [:]
    var lastNumber: UInt64 = 0
  }

  private let state = Mutex(State())

  /// Makes an empty set of tasks.
  package init() {}

  deinit {
    for entry in state.withLock({ $0.entries.values.map(\.task) }) { entry.cancel() }
  }

  /// The keys of the tasks that have neither returned nor been cancelled by this object.
  package var keys: Set<Key> { state.withLock { Set($0.entries.keys) } }

  /// Starts a task under a key. Returns false if one already runs under it.
  ///
  /// `body` must not retain the owner of this object; otherwise neither is deallocated.
  @discardableResult
  package func start(
    _ key: Key, on executor: (any TaskExecutor)? = nil,
    _ body: @escaping @Sendable () async -> Void
  ) -> Bool {
    state.withLock { state in
      guard state.entries[key] == nil else { return false }
      state.lastNumber += 1
      let number = state.lastNumber
      let task = Task(executorPreference: executor) { [weak self] in
        await body()
        self?.remove(key, number: number)
      }
      state.entries[key] = Entry(number: number, task: task)
      return true
    }
  }

  /// Cancels the task under a key and frees the key. Returns the task, to wait for its end; nil if
  /// there is none.
  @discardableResult
  package func cancel(_ key: Key) -> Task<Void, Never>? {
    let task = state.withLock { $0.entries.removeValue(forKey: key)?.task }
    task?.cancel()
    return task
  }

  /// Cancels all tasks and waits until they have ended.
  package func cancelAll() async {
    let tasks = state.withLock { state in
      defer { state.entries = [:] }
      return state.entries.values.map(\.task)
    }
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
  }

  private func remove(_ key: Key, number: UInt64) {
    state.withLock { state in
      if state.entries[key]?.number == number { state.entries[key] = nil }
    }
  }
}
