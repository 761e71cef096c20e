package import CollectorCore
import PostgresAccess

/// Custom queries run once, to see what they give.
package struct CustomQueryTrial: Sendable {
  /// The query's name.
  package let query: String
  /// The database that it ran in.
  package let database: String
  /// How it went.
  package let standing: CustomQueryState
  /// The series that it makes, as they would be shown; without `server`.
  package let text: String

  /// Runs every query once, both lanes, under the session settings of a real scrape.
  package static func run(
    _ queries: [CustomQuery], on server: PostgresServer, clock: CollectorClock = .system
  ) async -> [CustomQueryTrial] {
    let board = CustomQueryRegistry(server, queries: queries)
    for lane in CustomQuery.Lane.allCases {
      let runner = CustomQueryRunner(board, lane: lane)
      await runner.run(until: .now + .seconds(3_600), clock: clock)
      await runner.close()
    }
    return board.state.map { state in
      var buffer = FamilyBuffer()
      buffer.beginScrape()
      state.standing.answer?.write(into: &buffer)
      return CustomQueryTrial(
        query: state.query, database: state.database, standing: state.standing,
        text: buffer.render().text)
    }
  }
}
