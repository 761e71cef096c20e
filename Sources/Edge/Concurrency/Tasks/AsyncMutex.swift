/// Lets one task at a time through a piece of code that suspends, in the order of arrival.
///
/// An actor does not: its other methods run while one of them waits. Not recursive.
package final class AsyncMutex: Sendable {
  private let semaphore = AsyncSemaphore(permits: 1)

  /// Makes a mutex that nobody holds.
  package init() {}

  /// Runs `body` while no other task holds the mutex. A cancelled `body` holds it until it returns.
  ///
  /// - Throws: What `body` throws, or `CancellationError` if the task was cancelled while it waited; then `body` has not run.
  package func withLock<Value>(_ body: () async throws -> Value) async throws -> Value {
    try await lock()
    defer { unlock() }
    return try await body()
  }

  /// Waits for the mutex and takes it. Every call that does not throw needs one ``unlock()``.
  ///
  /// - Throws: `CancellationError` if the task was cancelled while it waited.
  package func lock() async throws(CancellationError) {
    do {
      try await semaphore.acquire()
    } catch {
      throw CancellationError()
    }
  }

  /// Gives the mutex to the task that has waited longest.
  package func unlock() {
    semaphore.release()
  }
}
