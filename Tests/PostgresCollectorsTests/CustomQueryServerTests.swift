import CollectorCore
import Concurrency
import ExpositionFormat
import MetricModel
import PostgresAccess
import PostgresCollectors
import TestSupport
import Testing

/// A server with the job table of the ETL runbook.
private func etlServer() async throws -> ThrowawayPostgres {
  let server = try await ThrowawayPostgres.start()
  try await server.run(
    """
    CREATE TABLE jobs (id int, status text, created_at timestamptz);
    INSERT INTO jobs SELECT i, (ARRAY['processing', 'done'])[1 + i % 2], now() - i * interval '1 h'
    FROM generate_series(0, 9) i;
    """)
  return server
}

private func query(
  _ name: String, _ sql: String, label: String? = nil,
  change: (inout CustomQuery) -> Void = { _ in }
) -> CustomQuery {
  var query = CustomQuery(name: name, sql: sql)
  query.metrics = [
    CustomMetric(
      name: "app_\(name)", type: .gauge, help: "h", labels: label.map { [CustomLabel($0)] } ?? [],
      values: [CustomMetric.Value(column: "v")])
  ]
  change(&query)
  return query
}

private final class Scraper {
  let registry: CustomQueryRegistry
  private let collector: CustomQueryCollector
  private var buffer = FamilyBuffer()

  init(_ url: String, _ queries: [CustomQuery]) throws {
    registry = CustomQueryRegistry(
      PostgresServer(try PostgresSettings(parsing: url)), queries: queries)
    collector = CustomQueryCollector(registry)
  }

  func scrape(
    within budget: Duration = .seconds(60), clock: TimeSource = .system
  ) async throws -> ExpositionText {
    buffer.beginScrape()
    try await collector.collect(
      into: &buffer, context: ScrapeContext(clock: clock, budget: budget))
    #expect(buffer.problems.total == 0, "\(buffer.problems)")
    return ExpositionText(buffer.render().text)
  }
}

@Suite struct CustomQueryServerTests {
  @Test func stuckJobsAreSeenAndAFailingQueryCostsOnlyItself() async throws {
    let server = try await etlServer()
    let stuck = query(
      "stuck",
      """
      SELECT count(*) AS v FROM public.jobs
      WHERE status = 'processing' AND created_at < now() - interval '1 hour';
      """)
    let scraper = try Scraper(
      server.url,
      [
        query("broken", "SELECT nothing AS v FROM nowhere"), query("two", "SELECT 1; SELECT 2"),
        stuck, query("writes", "WITH x AS (DELETE FROM public.jobs RETURNING 1) SELECT 1 AS v"),
        query("shadowed", "SELECT 1 AS v FROM jobs"),
        query("found", "SELECT count(*) AS v FROM jobs") {
          $0.searchPath = ["pg_catalog", "public"]
        },
      ])
    let shown = try await scraper.scrape()
    #expect(shown.value("app_stuck") == 4)
    #expect(shown.value("app_found") == 10)
    for name in ["broken", "two", "writes", "shadowed"] {
      #expect(shown.value("tocsin_postgres_query_success", ["query": name]) == 0)
      #expect(
        shown.value(
          "tocsin_postgres_query_failures_total", ["query": name, "reason": "statement"]) == 1)
    }
    #expect(shown.value("tocsin_postgres_query_success", ["query": "stuck"]) == 1)
    let sessions = try await server.run(
      "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tocsin'")
    #expect(sessions == "1\n")
    #expect(try await server.run("SELECT count(*) FROM jobs") == "10\n")
  }

  @Test func aSlowQueryIsEndedInTimeAndRests() async throws {
    let server = try await ThrowawayPostgres.start()
    let scraper = try Scraper(
      server.url,
      [
        query("sleepy", "SELECT 1 AS v FROM pg_sleep(600)") { $0.timeout = .milliseconds(100) },
        query("brisk", "SELECT 1 AS v"),
      ])
    for _ in 0..<2 {
      let shown = try await scraper.scrape()
      #expect(shown.value("app_brisk") == 1)
      #expect(shown.all("app_sleepy").isEmpty)
      // Usually the server ends it; on a busy machine our own deadline may be first.
      let failures = ["canceled", "timeout"].compactMap { reason in
        shown.value(
          "tocsin_postgres_query_failures_total", ["query": "sleepy", "reason": reason])
      }
      #expect(failures.reduce(0, +) == 1)
    }
    let session = try server.runInBackground(
      "BEGIN; LOCK TABLE pg_description; SELECT pg_sleep(600)", application: "locker")
    defer { session.terminate() }
    let locked = try Scraper(
      server.url,
      [
        query("locked", "SELECT count(*) AS v FROM pg_description") {
          $0.lockTimeout = .milliseconds(20)
        }
      ])
    try await eventually("the lock is in the way") {
      try await locked.scrape().value(
        "tocsin_postgres_query_failures_total", ["query": "locked", "reason": "lock_timeout"])
        ?? 0 > 0
    }
  }

  @Test func anAnswerIsReusedAndItsAgeIsShown() async throws {
    let server = try await etlServer()
    let scraper = try Scraper(
      server.url,
      [
        query("kept", "SELECT count(*) AS v FROM public.jobs") { $0.ttl = .seconds(3_600) },
        query("fresh", "SELECT count(*) AS v FROM public.jobs"),
      ])
    #expect(try await scraper.scrape().value("app_kept") == 10)
    try await server.run("DELETE FROM jobs WHERE id > 6")
    let later = try await scraper.scrape()
    #expect(later.value("app_kept") == 10)
    #expect(later.value("app_fresh") == 7)
    let ages = ["kept", "fresh"].map {
      later.value("tocsin_postgres_query_age_seconds", ["query": $0]) ?? -1
    }
    #expect(ages[0] > ages[1] && ages[1] >= 0)
  }

  @Test func limitsHoldOnARealServer() async throws {
    let server = try await ThrowawayPostgres.start()
    let sql = "SELECT 'k' || i AS k, 1 AS v FROM generate_series(1, 100) i"
    let scraper = try Scraper(
      server.url,
      [
        query("other", sql, label: "k") { ($0.maxSeries, $0.onOverflow) = (11, .other) },
        query("drop", sql, label: "k") { ($0.maxRows, $0.onOverflow) = (5, .drop) },
        query("fail", sql, label: "k") { ($0.maxRows, $0.onOverflow) = (5, .fail) },
      ])
    let shown = try await scraper.scrape()
    #expect(shown.all("app_other").count == 11)
    #expect(shown.value("app_other", ["k": "other"]) == 90)
    #expect(shown.all("app_other").reduce(0) { $0 + $1.number } == 100)
    #expect(shown.all("app_drop").count == 5)
    #expect(shown.value("tocsin_postgres_query_overflow_rows", ["query": "drop"]) == 95)
    #expect(shown.all("app_fail").isEmpty)
    #expect(
      shown.value("tocsin_postgres_query_failures_total", ["query": "fail", "reason": "overflow"])
        == 1)
  }

  @Test func hostileTextFromTheServerStaysInsideItsLabel() async throws {
    let server = try await ThrowawayPostgres.start()
    let sql =
      "SELECT E'a\"} 1\\nup 0\\\\' AS k, 1 AS v UNION ALL SELECT repeat('x', 100000), 2"
      + " UNION ALL SELECT E'\\u202Eevil', 3"
    let shown = try await Scraper(server.url, [query("evil", sql, label: "k")]).scrape()
    #expect(shown.all("app_evil").count == 3)
    #expect(shown.all("up").isEmpty && shown.strayLines.isEmpty)
    #expect(shown.all("app_evil").allSatisfy { ($0.labels["k"] ?? "").utf8.count <= 256 })
  }

  @Test func versionsRolesAndPredicatesChooseTheBranch() async throws {
    let server = try await etlServer()
    let scraper = try Scraper(
      server.url,
      [
        query("old", "SELECT 1 AS v") { $0.versions = VersionRange(from: nil, before: 90_000) },
        query("standby", "SELECT 1 AS v") { $0.role = .standby },
        query("primary", "SELECT 1 AS v") { $0.role = .primary },
        query("never", "SELECT 1 AS v") {
          $0.predicates = [.init(name: "no", sql: "SELECT false")]
        },
        query("none", "SELECT 1 AS v") {
          $0.predicates = [.init(name: "no", sql: "SELECT true WHERE false")]
        },
        query("sure", "SELECT 1 AS v") {
          $0.predicates = [.init(name: "t", sql: "SELECT to_regclass('public.jobs') IS NOT NULL")]
        },
        query("branch", "SELECT 1 AS v") { $0.versions = VersionRange(from: 90_000, before: nil) },
        query("branch", "SELECT 2 AS v"),
      ])
    let shown = try await scraper.scrape()
    for name in ["old", "standby", "never", "none"] {
      #expect(shown.all("app_\(name)").isEmpty)
      #expect(shown.all("tocsin_postgres_query_success", ["query": name]).isEmpty)
    }
    #expect(["primary", "sure", "branch"].map { shown.value("app_\($0)") } == [1, 1, 1])
  }

  @Test func databasesAreVisitedOnOneSession() async throws {
    let server = try await ThrowawayPostgres.start()
    try await server.run("CREATE DATABASE a")
    try await server.run("CREATE DATABASE b")
    let scraper = try Scraper(
      server.url,
      [
        query("name", "SELECT current_database() AS k, 1 AS v", label: "k") {
          $0.databases = ["a", "b", "missing"]
        },
        query("here", "SELECT current_database() AS k, 1 AS v", label: "k"),
      ])
    for _ in 0..<2 {
      let shown = try await scraper.scrape()
      #expect(shown.value("app_name", ["datname": "a", "k": "a"]) == 1)
      #expect(shown.value("app_name", ["datname": "b", "k": "b"]) == 1)
      #expect(shown.value("app_here", ["k": "postgres"]) == 1)
      #expect(
        shown.value("tocsin_postgres_query_success", ["query": "name", "database": "missing"]) == 0)
    }
    let sessions = try await server.run(
      "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tocsin'")
    #expect(sessions == "1\n")
  }

  @Test func patternsFindTheDatabasesThatThereAre() async throws {
    let server = try await ThrowawayPostgres.start()
    for name in ["shop_a", "shop_b", "shop_old", "blog"] {
      try await server.run("CREATE DATABASE \(name)")
    }
    let everywhere = query("name", "SELECT 1 AS v") { $0.databases = ["shop_*", "blog"] }
    let watched = PostgresServer(try PostgresSettings(parsing: server.url))
    let registry = CustomQueryRegistry(
      watched, queries: [everywhere], databases: DatabaseFilter(exclude: ["*_old"]))
    var buffer = FamilyBuffer()
    buffer.beginScrape()
    try await CustomQueryCollector(registry).collect(into: &buffer, context: .relaxed)
    let shown = ExpositionText(buffer.render().text)
    #expect(
      Set(shown.all("app_name").map { $0.labels["datname"] }) == ["shop_a", "shop_b", "blog"])
    let trials = await CustomQueryTrial.run([everywhere], on: watched)
    #expect(trials.map(\.database).sorted() == ["blog", "shop_a", "shop_b", "shop_old"])
  }

  @Test func queriesAreReplacedAndTheOthersRetainTheirAnswers() async throws {
    let server = try await ThrowawayPostgres.start()
    let retained = query("kept", "SELECT extract(epoch FROM clock_timestamp()) AS v") {
      $0.ttl = .seconds(600)
    }
    let scraper = try Scraper(server.url, [retained, query("old", "SELECT 1 AS v")])
    let before = try await scraper.scrape()
    scraper.registry.replace(with: [query("new", "SELECT 2 AS v"), retained])
    let after = try await scraper.scrape()
    #expect(after.value("app_kept") == before.value("app_kept"))
    #expect(after.value("app_new") == 2 && after.all("app_old").isEmpty)
  }

  @Test func slowQueriesRunBesideAndAreShownWithTheRest() async throws {
    let server = try await ThrowawayPostgres.start()
    let watched = PostgresServer(try PostgresSettings(parsing: server.url))
    let slow = query("big", "SELECT 1 AS v FROM pg_sleep(0.3)") {
      ($0.lane, $0.ttl, $0.timeout) = (.slow, .seconds(600), .seconds(60))
    }
    let registry = CustomQueryRegistry(watched, queries: [slow, query("small", "SELECT 1 AS v")])
    let runner = CollectorRunner(registry.scheduled())
    let label = ["server": "127.0.0.1:\(server.port)"]
    try await eventually("the slow answer is there") {
      let text = String(decoding: await runner.gather(within: .seconds(60)).bytes, as: UTF8.self)
      let shown = ExpositionText(text)
      #expect(shown.value("app_small", label) == 1)
      return shown.value("app_big", label) == 1
    }
    let trials = await CustomQueryTrial.run([slow], on: watched)
    #expect(trials.map(\.query) == ["big"])
    #expect(trials[0].text.contains("app_big 1\n"))
  }

  @Test func aServerThatGoesAwayIsAReasonAndComesBack() async throws {
    let server = try await ThrowawayPostgres.start()
    let scraper = try Scraper(server.url, [query("one", "SELECT 1 AS v")])
    #expect(try await scraper.scrape().value("app_one") == 1)
    try await server.stop()
    let down = try await scraper.scrape()
    #expect(down.all("app_one").isEmpty)
    #expect(down.value("tocsin_postgres_query_success", ["query": "one"]) == 0)
    try await server.start()
    try await eventually("the server is asked again") {
      try await scraper.scrape().value("app_one") == 1
    }
  }
}
