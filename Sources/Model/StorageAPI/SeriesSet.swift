public import MetricModel
import Synchronization

/// Who the series of a selection are, and what was worked out from their labels before: rules and dashboards ask for the same series
/// again and again.
public final class SeriesSet: Sendable {
  /// The labels, in the order of the selection.
  public let labels: [Labels]

  /// How many results are kept; dashboards group one metric in few ways.
  private static let capacity = 8

  private let known = Mutex<[[String]: any Sendable]>([:])

  public init(_ labels: [Labels]) { self.labels = labels }

  /// What was worked out under a key before, or else is now; equal keys must stand for equal results.
  public func remembered<Result: Sendable>(
    _ key: [String], orElse make: () -> Result
  ) -> Result {
    if let result = known.withLock({ $0[key] }) as? Result { return result }
    let result = make()
    known.withLock { known in
      if known.count >= Self.capacity { known.removeAll() }
      known[key] = result
    }
    return result
  }
}
