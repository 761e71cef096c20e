import PostgresAccess
import PostgresCollectors
import TestSupport
import Testing

@Suite struct PostgresFindingsTests {
  @Test func theSlowScheduleFindsWhatIsWrongInEveryDatabase() async throws {
    let server = try await ThrowawayPostgres.start()
    try await server.run("CREATE DATABASE shop")
    try await server.run("CREATE DATABASE scratch_1")
    // The state after an interrupted DROP DATABASE.
    try await server.run("CREATE DATABASE half_dropped")
    try await server.run(
      "UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'half_dropped'")
    try await server.run(
      """
      CREATE TABLE customer (id serial PRIMARY KEY, name text);
      CREATE TABLE orders (id bigserial PRIMARY KEY, customer_id int REFERENCES customer);
      CREATE TABLE notes (customer_id int REFERENCES customer, n int, PRIMARY KEY (customer_id, n));
      CREATE INDEX name_1 ON customer (name); CREATE INDEX name_2 ON customer (name);
      SELECT setval('customer_id_seq', 2040109465);
      CREATE TABLE big AS SELECT g AS id, repeat('x', 60) AS t FROM generate_series(1, 150000) g;
      ANALYZE big;
      CREATE TABLE airy AS SELECT g AS id, repeat('x', 90) AS t FROM generate_series(1, 60000) g;
      DELETE FROM airy WHERE id % 4 > 0; ANALYZE airy;
      """, database: "shop")
    for _ in 0..<12 { try await server.run("SELECT count(*) FROM big", database: "shop") }
    try await server.run("ALTER SYSTEM SET max_connections = 50")
    try await server.run("SELECT pg_reload_conf()")
    let watched = PostgresServer(try PostgresSettings(parsing: server.url))
    let filter = DatabaseFilter(exclude: ["scratch*"])
    let shown = try await slowScrape(watched, databases: filter)
    #expect(shown.failedCollectors.isEmpty, "\(shown.failedCollectors)")
    let shop = ["datname": "shop"]
    let used = shown.value(
      "tocsin_postgres_sequence_used_share", ["datname": "shop", "sequencename": "customer_id_seq"])
    #expect(used ?? 0 > 0.94 && used ?? 0 < 0.96, "the column is an int4, whatever the sequence")
    #expect(
      shown.value("tocsin_postgres_index_problems", ["datname": "shop", "problem": "unused"]) == 2)
    #expect(
      shown.value("tocsin_postgres_index_problem_bytes", ["indexrelname": "name_2"]) ?? 0 > 0)
    #expect(
      shown.all("tocsin_postgres_index_problem_bytes", ["problem": "duplicate"])
        .map { $0.labels["indexrelname"] } == ["name_2"])
    #expect(shown.value("tocsin_postgres_foreign_keys_without_index", shop) == 1)
    let air = shown.value("tocsin_postgres_table_bloat_share", ["relname": "airy"]) ?? 0
    #expect(air > 0.6 && air < 0.85, "three rows of four are gone: \(air)")
    #expect(shown.value("tocsin_postgres_table_bloat_share", ["relname": "big"]) ?? 1 < 0.15)
    #expect(shown.value("tocsin_postgres_table_bloat_unknown_tables", shop) == 0)
    #expect(
      shown.all("tocsin_postgres_foreign_key_without_index_table_bytes", shop)
        .map { $0.labels["relname"] } == ["orders"], "a leading column of an index will do")
    try await eventually("the scans are counted") {
      try await slowScrape(watched, databases: filter).value(
        "tocsin_postgres_scanned_table_seq_scan_share", ["relname": "big"]) == 1
    }
    #expect(
      shown.all("tocsin_postgres_setting_pending_restart").map { $0.labels["name"] }
        == ["max_connections"])
    #expect(shown.value("tocsin_postgres_wal_archive_backlog_segments") == 0)
    #expect(shown.value("tocsin_postgres_invalid_databases") == 1)
    #expect(shown.all("tocsin_postgres_index_problems", ["datname": "scratch_1"]).isEmpty)
    #expect(shown.all("tocsin_postgres_index_problems", ["datname": "postgres"]).count == 3)
  }

  @Test func tablesOfOtherDatabasesAreSeenWithThreeSessionsAtMost() async throws {
    let server = try await ThrowawayPostgres.start(settings: ["log_connections": "on"])
    for name in ["a", "b", "c"] {
      try await server.run("CREATE DATABASE \(name)")
      try await server.run("CREATE TABLE t_\(name) (id int)", database: name)
    }
    let (watched, fast) = try collector(server.url)
    _ = try await scrape(fast)
    let queries = PostgresCollectors.all.filter { $0.scope == .database && $0.pace == .everyScrape }
    let others = PostgresDatabasesCollector(
      watched, queries: queries, databases: DatabaseFilter(include: ["?"], exclude: ["c"]))
    let shown = try await scrape(others)
    #expect(
      shown.all("tocsin_postgres_database_collected").map { $0.labels["datname"] } == ["a", "b"])
    #expect(
      shown.value("pg_stat_user_tables_seq_scan", ["datname": "b", "relname": "t_b"]) != nil)
    #expect(shown.all("pg_stat_user_tables_seq_scan", ["relname": "t_c"]).isEmpty)
    try await eventually("the sessions to other databases are closed") {
      try await server.run(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tocsin'") == "1\n"
    }
  }

  @Test func twentySessionsThatWaitMakeATree() async throws {
    let server = try await ThrowawayPostgres.start(settings: ["max_connections": "40"])
    try await server.run("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)")
    let (_, fast) = try collector(server.url)
    let quiet = try await scrape(fast)
    #expect(quiet.value("tocsin_postgres_blocking_waiting_sessions") == 0)
    #expect(quiet.value("tocsin_postgres_blocking_depth") == 0)
    let root = try server.runInBackground(
      "BEGIN; UPDATE t SET id = 1; SELECT pg_sleep(600)", application: "root")
    try await eventually("the lock is held") {
      try await server.run("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
        == "1\n"
    }
    let waiting = try (0..<20).map {
      try server.runInBackground("UPDATE t SET id = 1", application: "waits \($0)")
    }
    defer { for session in waiting + [root] { session.terminate() } }
    try await eventually("all wait") {
      let shown = try await scrape(fast)
      guard shown.value("tocsin_postgres_blocking_waiting_sessions") == 20 else { return false }
      #expect(shown.failedCollectors.isEmpty)
      #expect(shown.value("tocsin_postgres_blocking_root_sessions") == 1)
      #expect(shown.value("tocsin_postgres_blocking_depth") ?? 0 >= 2)
      #expect(shown.value("tocsin_postgres_blocking_longest_wait_seconds") ?? 0 > 0)
      let roots = shown.all("tocsin_postgres_blocking_root_blocked_sessions")
      #expect(roots.map(\.number) == [20])
      #expect(roots.first?.labels["application_name"] == "root")
      #expect(roots.first?.labels["state"] == "active")
      #expect(shown.value("tocsin_postgres_connections_used") ?? 0 >= 22)
      #expect(
        shown.value("tocsin_postgres_connections_by", ["kind": "application", "name": "root"]) == 1)
      return true
    }
  }

  @Test func sessionsThatHoldBackVacuumAreNamed() async throws {
    let server = try await ThrowawayPostgres.start(
      settings: ["wal_level": "logical", "max_prepared_transactions": "5"])
    try await server.run("CREATE TABLE t (id int)")
    try await server.run("SELECT pg_create_logical_replication_slot('feed', 'pgoutput')")
    try await server.run("BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'forgotten'")
    let session = try server.runInBackground(
      "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1; SELECT pg_sleep(600)")
    defer { session.terminate() }
    for _ in 0..<3 { try await server.run("INSERT INTO t VALUES (1)") }
    let (_, fast) = try collector(server.url)
    try await eventually("the session holds a snapshot") {
      let shown = try await scrape(fast)
      let held = "tocsin_postgres_vacuum_held_back_transactions"
      guard shown.value(held, ["holder": "backend", "name": "postgres"]) != nil else {
        return false
      }
      #expect(shown.failedCollectors.isEmpty)
      #expect(shown.value(held, ["holder": "slot", "name": "feed"]) ?? 0 >= 4)
      #expect(
        shown.value(held, ["holder": "prepared_transaction", "name": "forgotten"]) ?? 0 >= 3)
      #expect(
        shown.value("pg_replication_slots_slot_is_active", ["slot_name": "feed"]) == 0)
      #expect(
        shown.value("pg_replication_slots_active", ["slot_name": "feed", "database": "postgres"])
          == 0)
      let share = shown.value("tocsin_postgres_xid_used_share", ["datname": "postgres"])
      #expect(share ?? -1 >= 0 && share ?? 1 < 0.001)
      return true
    }
  }

  @Test func aStandbyThatHoldsBackVacuumIsNamed() async throws {
    let primary = try await ThrowawayPostgres.start(
      settings: ["hot_standby_feedback": "on", "wal_receiver_status_interval": "1"])
    try await primary.run("CREATE TABLE t (id int)")
    let standby = try await primary.startStandby()
    let session = try standby.runInBackground(
      "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1; SELECT pg_sleep(600)")
    defer { session.terminate() }
    let (_, fast) = try collector(primary.url)
    try await eventually("the standby reports its snapshot") {
      try await primary.run("INSERT INTO t VALUES (1)")
      let shown = try await scrape(fast)
      #expect(shown.failedCollectors.isEmpty)
      return shown.value("tocsin_postgres_vacuum_held_back_transactions", ["holder": "standby"])
        ?? 0 > 0 && shown.all("pg_stat_replication_reply_time").first?.number ?? 0 > 1.7e9
    }
  }

  @Test func textsOfTheShownStatementsAreReadOnce() async throws {
    let server = try await ThrowawayPostgres.start(
      settings: ["shared_preload_libraries": "pg_stat_statements"])
    try await server.run("CREATE EXTENSION pg_stat_statements")
    try await server.run("SELECT 42 AS answer")
    let watched = PostgresServer(try PostgresSettings(parsing: server.url))
    let all = PostgresCollectors.all
    let fast = PostgresCollector(watched, queries: all.filter { $0.name == "stat_statements" })
    let slow = PostgresSlowCollector(
      watched, queries: all.filter { $0.name == "stat_statements_text" })
    let counted = try await scrape(fast)
    for _ in 0..<2 {
      let texts = try await scrape(slow).all("pg_stat_statements_query_id")
      let answer = try #require(
        texts.first { $0.labels["query"] == "SELECT $1 AS answer" }?.labels["queryid"])
      #expect(counted.value("pg_stat_statements_calls_total", ["queryid": answer]) == 1)
      #expect(texts.allSatisfy { $0.number == 1 && ($0.labels["query"]?.count ?? 0) <= 120 })
      // Known texts are shown without another query.
      try await server.run("SELECT pg_stat_statements_reset()")
    }
  }

  @Test func statementsAreCountedWithoutTheirTexts() async throws {
    let server = try await ThrowawayPostgres.start(
      settings: ["shared_preload_libraries": "pg_stat_statements"])
    try await server.run(
      "CREATE SCHEMA \"odd schema\"; CREATE EXTENSION pg_stat_statements SCHEMA \"odd schema\"")
    for _ in 0..<3 { try await server.run("SELECT 42 AS answer") }
    let (_, fast) = try collector(server.url)
    let shown = try await scrape(fast)
    #expect(shown.failedCollectors.isEmpty, "\(shown.failedCollectors)")
    let calls = "pg_stat_statements_calls_total"
    let three = shown.all(calls, ["datname": "postgres", "user": "postgres"])
    #expect(three.contains { $0.number == 3 })
    #expect(Set(three.first?.labels.keys.sorted() ?? []) == ["user", "datname", "queryid"])
    #expect(shown.value(calls, ["queryid": "other"]) == 0)
    #expect(!shown.samples.contains { $0.labels.values.contains { $0.contains("answer") } })
    let sum = shown.all(calls).reduce(0) { $0 + $1.number }
    #expect(shown.value("tocsin_postgres_statements_calls_total") == sum)
    let old = shown.all("pg_stat_statements_calls", ["rolname": "postgres"])
    #expect(old.map(\.number).sorted() == three.map(\.number).sorted(), "the older names, too")
    for name in ["max_time_seconds", "shared_blks_hit", "temp_blks_written"] {
      #expect(!shown.all("pg_stat_statements_\(name)").isEmpty)
    }
    // Texts that the server has forgotten stay known.
    try await server.run("SELECT \"odd schema\".pg_stat_statements_reset()")
    let later = try await scrape(fast)
    #expect(later.value("tocsin_postgres_statements_calls_total") ?? 0 >= sum)
    for sample in shown.all(calls) {
      #expect(later.value(calls, sample.labels) ?? .infinity >= sample.number)
    }
  }
}
