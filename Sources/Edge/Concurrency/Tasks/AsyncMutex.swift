/// Lets one task at a time run a section of code that may suspend, in order of arrival.
///
/// Unlike an actor, it admits no other task while the section is suspended. It is not recursive.
package final class AsyncMutex: Sendable {
  private let semaphore = AsyncSemaphore(permits: 1)

  /// Makes an unlocked mutex.
  package init() {}

  /// Runs `body` while no other task holds the mutex. A cancelled `body` holds it until it returns.
  ///
  /// - Throws: What `body` throws, or `CancellationError` if the task was cancelled while it
  ///   waited; in that case `body` did not run.
  package func withLock<Value>(_ body: () async throws -> Value) async throws -> Value {
    try await lock()
    defer { unlock() }
    return try await body()
  }

  /// Waits for the mutex and takes it. Each call that does not throw must be matched by one
  /// ``unlock()``.
  ///
  /// - Throws: `CancellationError` if the task was cancelled while it waited.
  package func lock() async throws(CancellationError) {
    do {
      try await semaphore.acquire()
    } catch {
      throw CancellationError()
    }
  }

  /// Passes the mutex to the task that has waited longest.
  package func unlock() {
    semaphore.release()
  }
}
