package import ExpositionFormat
import Synchronization

/// A collector with state between scrapes that never suspends.
package protocol RememberingCollector: Sendable {
  /// Collects once and writes the metric families, as `Collector.collect` does.
  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws
}

/// Makes a ``Collector`` of a ``RememberingCollector``, whose state it protects with a lock.
package final class GuardedCollector<Base: RememberingCollector>: Collector {
  private let base: Mutex<Base>

  /// Makes the collector.
  package init(_ base: Base) {
    self.base = Mutex(base)
  }

  package func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    try base.withLock { try $0.collect(into: &buffer, context: context) }
  }
}
