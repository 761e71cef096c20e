import PromQLEngine
import Synchronization

/// Counts the outcomes of the API's queries, for ``APIMetrics``.
package final class QueryCounters: Sendable {
  /// How a query ended.
  package enum Outcome: String, CaseIterable, Sendable {
    case answered
    /// The expression does not fit the data, or the store failed.
    case failed
    /// It ran longer than `query.timeout`.
    case timedOut = "timeout"
    /// It needed more samples than `query.max-samples`.
    case tooManySamples = "max_samples"
    /// Its client closed the connection, or the server stopped.
    case canceled
  }

  /// The numbers at one moment.
  package struct Snapshot: Sendable, Equatable {
    /// Queries that have ended.
    package var ended: [Outcome: Int] = [:]
    /// Queries that run now, without those in the queue.
    package var running = 0
    /// Queries in the queue.
    package var waiting = 0

    package init() {}
  }

  private let state = Mutex(Snapshot())

  package init() {}

  /// The numbers now.
  package var snapshot: Snapshot { state.withLock { $0 } }

  func change(_ body: (inout Snapshot) -> Void) { state.withLock { body(&$0) } }

  func end(_ error: QueryError?) {
    let outcome: Outcome =
      switch error {
      case nil: .answered
      case .failed, .storage, .nativeHistogram: .failed
      case .tooManySamples: .tooManySamples
      case .timedOut: .timedOut
      case .cancelled: .canceled
      }
    change { $0.ended[outcome, default: 0] += 1 }
  }
}
