import CollectorCore
import PostgresAccess
import PostgresCollectors
import Synchronization
import TestSupport
import Testing

@Suite struct PostgresFaultTests {
  @Test func aServerWithoutFreeConnectionsIsReported() async throws {
    let server = try await ThrowawayPostgres.start(
      settings: ["max_connections": "6", "superuser_reserved_connections": "1"])
    try await server.run("CREATE ROLE app LOGIN PASSWORD 'pw'; GRANT pg_monitor TO app")
    let url = server.url(user: "app", password: "pw")
    let (_, retained) = try collector(url)
    #expect(try await scrape(retained).value("pg_up") == 1)
    let sessions = try (0..<8).map { _ in try server.runInBackground("SELECT pg_sleep(600)") }
    try await eventually("every place is taken") {
      let full = try await scrape(retained)
      return full.value("tocsin_postgres_connections_used_share") ?? 0 >= 1
    }
    let (_, late) = try collector(url)
    let refused = try await scrape(late)
    #expect(refused.value("pg_up") == 0)
    #expect(refused.value("tocsin_postgres_up_reason", ["reason": "too_many_connections"]) == 1)
    #expect(try await scrape(retained).value("pg_up") == 1, "the retained session still looks")
    for session in sessions { session.terminate() }
    try await server.restart()
    try await eventually("the server accepts sessions again") {
      try await scrape(late).value("pg_up") == 1
    }
  }

  @Test func aServerThatAcceptsAndNeverAnswersIsDownInTime() async throws {
    let server = try await ThrowawayPostgres.start()
    let (_, fast) = try collector(server.url)
    server.pause()
    let silent = try await scrape(fast, within: .milliseconds(400))
    #expect(silent.value("pg_up") == 0)
    #expect(silent.value("tocsin_postgres_up_reason", ["reason": "timeout"]) == 1)
    server.resume()
    try await eventually("the server is seen again") {
      try await scrape(fast).value("pg_up") == 1
    }
  }

  @Test func aCollectorThatOverrunsAgainAndAgainRests() async throws {
    let server = try await ThrowawayPostgres.start()
    let watched = PostgresServer(try PostgresSettings(parsing: server.url))
    let chosen = PostgresCollectors.all.filter { $0.name == "stat_database" }
    let collector = PostgresCollector(watched, queries: chosen + [SleepQuery()])
    // On a busy machine the deadline may pass before the query was sent: that does not count as its
    // failure.
    var scrapes = 0
    try await eventually("the collector rests") {
      let late = try await scrape(collector, within: .seconds(1))
      #expect(late.value("pg_scrape_collector_success", ["collector": "sleep"]) != 1)
      scrapes += 1
      return late.value("tocsin_postgres_collector_resting", ["collector": "sleep"]) == 1
    }
    #expect(scrapes > 3, "it overran three times before")
    let shown = try await scrape(collector)
    #expect(shown.value("tocsin_postgres_collector_resting", ["collector": "sleep"]) == 1)
    #expect(shown.value("pg_scrape_collector_success", ["collector": "sleep"]) == 0)
    #expect(shown.value("pg_scrape_collector_success", ["collector": "stat_database"]) == 1)
  }

  @Test func aSessionKilledInTheMiddleOfAQueryCostsThatQuery() async throws {
    let server = try await ThrowawayPostgres.start()
    let watched = PostgresServer(try PostgresSettings(parsing: server.url))
    let chosen = PostgresCollectors.all.filter { $0.name == "stat_database" }
    let collector = PostgresCollector(watched, queries: [SleepQuery()] + chosen)
    async let running = scrape(collector)
    // The session that replaces the killed one sends the same query once more, and is killed as
    // well.
    for _ in 0..<2 {
      try await eventually("the query runs and is killed") {
        try await server.run(
          """
          SELECT count(*) FROM (SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE application_name = 'tocsin' AND wait_event = 'PgSleep') killed
          """) == "1\n"
      }
    }
    let shown = try await running
    #expect(shown.value("pg_up") == 1)
    #expect(shown.value("pg_scrape_collector_success", ["collector": "sleep"]) == 0)
    #expect(shown.value("pg_scrape_collector_success", ["collector": "stat_database"]) == 1)
  }

  @Test func aServerKilledInTheMiddleOfAQueryIsSeenAndComesBack() async throws {
    let server = try await ThrowawayPostgres.start()
    let watched = PostgresServer(try PostgresSettings(parsing: server.url))
    let chosen = PostgresCollectors.all.filter { $0.name == "stat_database" }
    let asking = PostgresCollector(watched, queries: chosen + [SleepQuery()])
    async let running = scrape(asking)
    try await eventually("the query runs") {
      try await server.run(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == "1\n"
    }
    try await server.crash()
    let cut = try await running
    #expect(cut.value("pg_up") == 1, "it did log in and answer")
    #expect(cut.value("pg_scrape_collector_success", ["collector": "sleep"]) == 0)
    #expect(cut.value("pg_exporter_last_scrape_error") == 1)
    let (_, fast) = try collector(server.url)
    let down = try await scrape(fast)
    #expect(down.value("pg_up") == 0)
    #expect(down.value("tocsin_postgres_up_reason", ["reason": "refused"]) == 1)
    try await server.start()
    try await eventually("the server is seen again") {
      try await scrape(fast).value("pg_up") == 1
    }
  }

  @Test func walThatCannotBeArchivedIsABacklog() async throws {
    let server = try await ThrowawayPostgres.start(
      settings: ["archive_mode": "on", "archive_command": "'/bin/false'"])
    let (watched, fast) = try collector(server.url)
    for _ in 0..<3 {
      try await server.run("CREATE TABLE t (id int); DROP TABLE t; SELECT pg_switch_wal()")
    }
    try await eventually("three segments wait") {
      let slow = try await slowScrape(watched)
      return slow.value("tocsin_postgres_wal_archive_backlog_segments") ?? 0 >= 3
        && slow.value("tocsin_postgres_wal_archive_backlog_oldest_seconds") ?? -1 >= 0
    }
    try await eventually("the failures are counted") {
      try await scrape(fast).value("pg_stat_archiver_failed_count") ?? 0 > 0
    }
    #expect(try await scrape(fast).all("pg_stat_archiver_last_archive_age").isEmpty)
  }

  @Test func anExclusiveLockHoldsUpNothing() async throws {
    let server = try await ThrowawayPostgres.start()
    try await server.run("CREATE TABLE t (id serial PRIMARY KEY, v text)")
    let session = try server.runInBackground(
      "BEGIN; ALTER TABLE t ADD COLUMN w int; SELECT pg_sleep(600)")
    defer { session.terminate() }
    let (watched, fast) = try collector(server.url)
    try await eventually("the table is locked") {
      try await scrape(fast).value(
        "pg_locks_count", ["datname": "postgres", "mode": "accessexclusivelock"]) ?? 0 > 0
    }
    let shown = try await scrape(fast)
    #expect(shown.failedCollectors.isEmpty, "\(shown.failedCollectors)")
    #expect(shown.value("pg_stat_user_tables_table_size_bytes", ["relname": "t"]) != nil)
    let slow = try await slowScrape(watched)
    #expect(slow.failedCollectors.isEmpty, "\(slow.failedCollectors)")
  }

  @Test func aStandbyThatIsPromotedIsAPrimaryInTheSameSession() async throws {
    let primary = try await ThrowawayPostgres.start(settings: ["wal_level": "replica"])
    let standby = try await primary.startStandby()
    let (_, fast) = try collector(standby.url)
    #expect(try await scrape(fast).value("tocsin_postgres_role", ["role": "standby"]) == 1)
    try await primary.stop()
    try await standby.run("SELECT pg_promote()")
    let promoted = try await scrape(fast)
    #expect(promoted.failedCollectors.isEmpty)
    #expect(promoted.value("tocsin_postgres_role", ["role": "primary"]) == 1)
    #expect(promoted.value("pg_replication_is_replica") == 0)
    #expect(promoted.value("tocsin_postgres_sessions_opened_total") == 1)
    #expect(promoted.all("tocsin_postgres_wal_receiver_streaming").isEmpty)
  }

  @Test(
    arguments: [
      ("watcher", []), ("nobody", ["wal", "wal_archive_backlog"]),
    ] as [(String, [String])])
  func whatARoleMaySee(role: String, failing: [String]) async throws {
    let server = try await ThrowawayPostgres.start()
    try await server.run(
      """
      CREATE TABLE t (id serial PRIMARY KEY);
      CREATE ROLE watcher LOGIN PASSWORD 'pw'; GRANT pg_monitor TO watcher;
      CREATE ROLE nobody LOGIN PASSWORD 'pw'
      """)
    let (watched, fast) = try collector(server.url(user: role, password: "pw"))
    let shown = try await scrape(fast)
    #expect(shown.value("pg_up") == 1)
    #expect(shown.failedCollectors.isEmpty, "\(shown.failedCollectors)")
    #expect(try await slowScrape(watched).failedCollectors == failing)
  }

  @Test func tenThousandTablesAreShownByTheLargest() async throws {
    let server = try await ThrowawayPostgres.start(
      settings: ["max_locks_per_transaction": "2000"])
    try await server.run(
      "DO $$ BEGIN FOR i IN 1..10000 LOOP EXECUTE 'CREATE TABLE t' || i || ' (id int)'; END LOOP; END $$"
    )
    try await server.run("INSERT INTO t777 SELECT generate_series(1, 5000); ANALYZE t777")
    let (_, fast) = try collector(server.url)
    let shown = try await scrape(fast)
    #expect(shown.failedCollectors.isEmpty)
    #expect(shown.value("tocsin_postgres_tables") == 10_000)
    #expect(shown.all("pg_stat_user_tables_seq_scan").count == 500)
    #expect(
      shown.value("pg_stat_user_tables_table_size_bytes", ["relname": "t777"]) ?? 0 > 100_000)
  }

  @Test func aNewPasswordIsReadWhenTheOldOneIsRefused() async throws {
    let server = try await ThrowawayPostgres.start()
    try await server.run("CREATE ROLE app LOGIN PASSWORD 'old'")
    let current = Mutex("old")
    let settings: @Sendable () -> PostgresSettings? = {
      try? PostgresSettings(
        parsing: server.url(user: "app", password: current.withLock { $0 }))
    }
    let watched = PostgresServer(try #require(settings()), refresh: settings)
    let fast = PostgresCollector(watched, queries: [])
    #expect(try await scrape(fast).value("pg_up") == 1)
    try await server.run("ALTER ROLE app PASSWORD 'new'")
    current.withLock { $0 = "new" }
    try await server.run(
      "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = 'app'")
    #expect(try await scrape(fast).value("pg_up") == 1)
    #expect(try await scrape(fast).value("tocsin_postgres_connect_failures_total") == 0)
  }
}
