package import CollectorCore

/// Runs a server's custom queries of the fast lane and shows the answers of both lanes.
package struct CustomQueryCollector: Collector {
  private let board: CustomQueryRegistry
  private let runner: CustomQueryRunner

  /// Makes the collector of a board.
  package init(_ board: CustomQueryRegistry) {
    self.board = board
    runner = CustomQueryRunner(board, lane: .fast)
  }

  package func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    await runner.run(until: .now + context.remaining * 0.9, clock: context.clock)
    board.write(into: &buffer, now: context.clock.now)
  }
}

/// Runs a server's custom queries of the slow lane; their answers are shown by
/// ``CustomQueryCollector``.
package struct SlowCustomQueryCollector: Collector {
  private let board: CustomQueryRegistry
  private let runner: CustomQueryRunner

  /// Makes the collector of a board.
  package init(_ board: CustomQueryRegistry) {
    self.board = board
    runner = CustomQueryRunner(board, lane: .slow)
  }

  package func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    guard board.hasWork(.slow, now: context.clock.now) else { return }
    // Beside the session of the scrapes and that of the fast lane only one more may be open.
    await board.server.slowTurn.take()
    await runner.run(until: .now + context.remaining * 0.9, clock: context.clock)
    await runner.close()
    await board.server.slowTurn.give()
  }
}

extension CustomQueryRegistry {
  /// The collectors of the board, with `server` on every series; both lanes if the queries may be
  /// replaced.
  package func scheduled(isReloadable: Bool = false) -> [ScheduledCollector] {
    let places = places
    guard isReloadable || !places.isEmpty || wantsDatabases(at: .zero) else { return [] }
    let labels = [(name: "server", value: server.label)]
    var fast = ScheduledCollector("postgres_queries@\(server.label)", CustomQueryCollector(self))
    fast.constantLabels = labels
    guard isReloadable || hasSlow else { return [fast] }
    var slow = ScheduledCollector(
      "postgres_queries_slow@\(server.label)", SlowCustomQueryCollector(self))
    slow.lane = .every(Self.slowTick)
    slow.constantLabels = labels
    return [fast, slow]
  }

  /// How often the slow lane looks for what is due.
  private static let slowTick: Duration = .seconds(5)
}
