import Concurrency
package import CollectorCore
package import ExpositionFormat

/// Runs a server's fast custom queries and exposes the results of both lanes.
package struct CustomQueryCollector: Collector {
  private let registry: CustomQueryRegistry
  private let runner: CustomQueryRunner

  /// Makes the collector of a registry.
  package init(_ registry: CustomQueryRegistry) {
    self.registry = registry
    runner = CustomQueryRunner(registry, lane: .fast)
  }

  package func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    await runner.run(until: .now + context.remaining * 0.9, clock: context.clock)
    registry.write(into: &buffer, now: context.clock.monotonic)
  }
}

/// Runs a server's slow custom queries; their results are exposed by ``CustomQueryCollector``.
package struct SlowCustomQueryCollector: Collector {
  private let registry: CustomQueryRegistry
  private let runner: CustomQueryRunner

  /// Makes the collector of a registry.
  package init(_ registry: CustomQueryRegistry) {
    self.registry = registry
    runner = CustomQueryRunner(registry, lane: .slow)
  }

  package func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    guard registry.hasWork(.slow, now: context.clock.monotonic) else { return }
    // Beside the session of the scrapes and that of the fast lane only one more may be open.
    try await registry.server.slowConnection.withLock {
      await runner.run(until: .now + context.remaining * 0.9, clock: context.clock)
      await runner.close()
    }
  }
}

extension CustomQueryRegistry {
  /// The collectors of the registry, with `server` on every series; both lanes if the queries may
  /// be replaced.
  package func scheduled(isReloadable: Bool = false) -> [ScheduledCollector] {
    let places = places
    guard isReloadable || !places.isEmpty || wantsDatabases(at: .zero) else { return [] }
    let labels = [(name: "server", value: server.label)]
    var fast = ScheduledCollector("postgres_queries@\(server.label)", CustomQueryCollector(self))
    fast.constantLabels = labels
    guard isReloadable || hasSlow else { return [fast] }
    var slow = ScheduledCollector(
      "postgres_queries_slow@\(server.label)", SlowCustomQueryCollector(self))
    slow.schedule = .every(Self.slowTick)
    slow.constantLabels = labels
    return [fast, slow]
  }

  /// How often the slow lane checks for due queries.
  private static let slowTick: Duration = .seconds(5)
}
