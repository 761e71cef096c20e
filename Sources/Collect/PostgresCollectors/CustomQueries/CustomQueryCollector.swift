package import CollectorCore

/// Runs a server's custom queries of the fast lane and shows the answers of both lanes.
package struct CustomQueryCollector: Collector {
  private let board: CustomQueryBoard
  private let runner: CustomQueryRunner

  /// Makes the collector of a board.
  package init(_ board: CustomQueryBoard) {
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
  private let board: CustomQueryBoard
  private let runner: CustomQueryRunner

  /// Makes the collector of a board.
  package init(_ board: CustomQueryBoard) {
    self.board = board
    runner = CustomQueryRunner(board, lane: .slow)
  }

  package func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    // Beside the session of the scrapes and that of the fast lane only one more may be open.
    await board.server.slowTurn.take()
    await runner.run(until: .now + context.remaining * 0.9, clock: context.clock)
    await runner.close()
    await board.server.slowTurn.give()
  }
}

extension CustomQueryBoard {
  /// The collectors of the board, with `server` on every series.
  package func scheduled() -> [ScheduledCollector] {
    guard !places.isEmpty else { return [] }
    let labels = [(name: "server", value: server.label)]
    var fast = ScheduledCollector("postgres_queries@\(server.label)", CustomQueryCollector(self))
    fast.constantLabels = labels
    let slowest = places.filter { $0.query.lane == .slow }.map(\.query.ttl).min()
    guard let slowest else { return [fast] }
    var slow = ScheduledCollector(
      "postgres_queries_slow@\(server.label)", SlowCustomQueryCollector(self))
    slow.lane = .every(max(slowest, .seconds(1)))
    slow.constantLabels = labels
    return [fast, slow]
  }
}
