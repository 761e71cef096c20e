public import MetricModel
import Synchronization

/// The label sets of a selection and a cache of results computed from them: rules and dashboards
/// select the same series repeatedly.
public final class SeriesSet: Sendable {
  /// The label sets in the order of the selection.
  public let labels: [Labels]

  /// The largest number of cached results; dashboards group one metric in few ways.
  private static let capacity = 8

  private let known = Mutex<[[String]: any Sendable]>([:])

  /// Creates a set with an empty cache.
  public init(_ labels: [Labels]) { self.labels = labels }

  /// The cached result for a key, or else a new one, which is cached; equal keys must have equal
  /// results.
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
