import CollectorCore
import Concurrency
import ExpositionFormat
import PostgresAccess
import PostgresCollectors
import TestSupport
import Testing

/// One scrape of a server, without the runner's own metrics.
func scrape(
  _ collector: some Collector, within budget: Duration = .seconds(60)
) async throws -> ExpositionText {
  var buffer = FamilyBuffer()
  buffer.beginScrape()
  try await collector.collect(into: &buffer, context: ScrapeContext(clock: .system, budget: budget))
  #expect(buffer.problems.total == 0, "\(buffer.problems)")
  return ExpositionText(buffer.render().text)
}

func collector(_ url: String) throws -> (PostgresServer, PostgresCollector) {
  let server = PostgresServer(try PostgresSettings(parsing: url))
  let fast = PostgresCollectors.all.filter { $0.pace == .everyScrape }
  return (server, PostgresCollector(server, queries: fast))
}

/// One run of the collectors on the slow schedule.
func slowScrape(
  _ server: PostgresServer, databases: DatabaseFilter = DatabaseFilter()
) async throws -> ExpositionText {
  let slow = PostgresCollectors.all.filter { $0.pace == .slow }
  return try await scrape(PostgresSlowCollector(server, queries: slow, databases: databases))
}

extension ExpositionText {
  /// The collectors that failed, of both schedules.
  var failedCollectors: [String] {
    ["pg_scrape_collector_success", "tocsin_postgres_slow_collector_success"]
      .flatMap { all($0) }.filter { $0.number != 1 }.map { $0.labels["collector"] ?? "" }.sorted()
  }
}

/// A statement that takes longer than any budget of a test.
struct SleepQuery: PostgresQuery {
  let name = "sleep"
  let pace = QueryPace.everyScrape
  let isEnabledByDefault = true

  func sql(version: Int) -> String? { "SELECT pg_sleep(600)" }

  func decode<Rows: PostgresRows & ~Copyable>(
    _ rows: borrowing Rows, into buffer: inout FamilyBuffer
  ) {}
}
