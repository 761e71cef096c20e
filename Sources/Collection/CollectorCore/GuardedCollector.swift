package import ExpositionFormat
import Synchronization

/// A collector that keeps memory between scrapes and never waits.
package protocol RememberingCollector: Sendable {
  /// Looks once and writes the families that were seen, as `Collector.collect` does.
  mutating func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) throws
}

/// Makes a collector of a value that changes with each look.
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
