import Concurrency
import PromQLEngine

/// Limits how many queries run at the same time. Others wait in order, and both are counted.
///
/// A query leaves the queue if it is cancelled, or has waited for its whole timeout.
final class QueryLimiter: Sendable {
  private let semaphore: AsyncSemaphore
  private let counters: QueryCounters

  init(limit: Int, _ counters: QueryCounters = QueryCounters()) {
    semaphore = AsyncSemaphore(permits: max(1, limit))
    self.counters = counters
  }

  /// Waits until the query may run, at most for the timeout. Every call that does not throw must be
  /// balanced by one `leave()`.
  func enter(within timeout: Duration?) async throws(QueryError) {
    counters.change { $0.waiting += 1 }
    defer { counters.change { $0.waiting -= 1 } }
    do throws(WaitError) {
      try await semaphore.acquire(within: timeout)
    } catch {
      switch error {
      case .cancelled: throw .cancelled
      case .timedOut(let limit): throw .timedOut(after: limit)
      }
    }
    counters.change { $0.running += 1 }
  }

  /// Ends a query and lets the next one run.
  func leave() {
    counters.change { $0.running -= 1 }
    semaphore.release()
  }
}
