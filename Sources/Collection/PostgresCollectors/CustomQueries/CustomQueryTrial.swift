package import Concurrency
import ExpositionFormat
import PostgresAccess

/// A trial run of custom queries, to see their results.
package struct CustomQueryTrial: Sendable {
  /// The query's name.
  package let query: String
  /// The database that it ran in.
  package let database: String
  /// Its state after the run.
  package let state: CustomQueryState
  /// The series as they would be exposed, without `server`.
  package let text: String

  /// Runs every query once, both lanes, under the session settings of a real scrape.
  package static func run(
    _ queries: [CustomQuery], on server: PostgresServer, clock: TimeSource = .system
  ) async -> [CustomQueryTrial] {
    let registry = CustomQueryRegistry(server, queries: queries)
    for lane in CustomQuery.Lane.allCases {
      let runner = CustomQueryRunner(registry, lane: lane)
      await runner.run(until: .now + .seconds(3_600), clock: clock)
      await runner.close()
    }
    return registry.state.map { entry in
      var buffer = FamilyBuffer()
      buffer.beginScrape()
      entry.state.answer?.write(into: &buffer)
      return CustomQueryTrial(
        query: entry.query, database: entry.database, state: entry.state,
        text: buffer.render().text)
    }
  }
}
