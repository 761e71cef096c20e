import PromQLEngine
import Synchronization

/// How the API's queries went, for the metrics of the process.
package final class QueryCounters: Sendable {
  /// How a query ended.
  package enum Outcome: String, CaseIterable, Sendable {
    case answered
    /// The expression does not fit the data, or storage failed.
    case failed
    /// Over `query.timeout`.
    case timedOut = "timeout"
    /// Over `query.max-samples`.
    case tooManySamples = "max_samples"
    /// Its client went away, or the server stopped.
    case canceled
  }

  /// The numbers at one moment.
  package struct Snapshot: Sendable, Equatable {
    /// Queries that have ended.
    package var ended: [Outcome: Int] = [:]
    /// Queries that run now, those in the queue left out.
    package var running = 0
    /// Queries that wait for their turn.
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
