import Synchronization

/// Running tasks by what they run for: their owner starts and ends them as the configuration changes.
///
/// The tasks are children of this object rather than of a task: they end at the latest soon after it is gone.
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

  /// Makes it without tasks.
  package init() {}

  deinit {
    for entry in state.withLock({ $0.entries.values.map(\.task) }) { entry.cancel() }
  }

  /// The keys of the tasks that have not returned and were not cancelled here.
  package var keys: Set<Key> { state.withLock { Set($0.entries.keys) } }

  /// Starts a task, unless one runs under the key; false if one does.
  ///
  /// `body` must not hold on to the owner of this object, or neither ends by itself.
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

  /// Cancels the task under a key, which is free from now on; nil if there is none. The task's end can be waited for.
  @discardableResult
  package func cancel(_ key: Key) -> Task<Void, Never>? {
    let task = state.withLock { $0.entries.removeValue(forKey: key)?.task }
    task?.cancel()
    return task
  }

  /// Cancels all tasks and returns when they have ended.
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
