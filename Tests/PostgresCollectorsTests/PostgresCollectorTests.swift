import CollectorCore
import ExpositionFormat
import PostgresAccess
import PostgresCollectors
import TestSupport
import Testing

@Suite struct PostgresCollectorTests {
  @Test func everyQueryWorksOnARealServer() async throws {
    let server = try await ThrowawayPostgres.start(settings: ["track_io_timing": "on"])
    try await server.run("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (1)")
    try await server.run("SELECT pg_create_physical_replication_slot('standby', true)")
    let (watched, collector) = try collector(server.url)
    let shown = try await scrape(collector)
    #expect(shown.value("pg_up") == 1)
    #expect(shown.all("tocsin_postgres_up_reason").map(\.labels) == [["reason": "ok"]])
    let failed = shown.all("pg_scrape_collector_success").filter { $0.number != 1 }
    #expect(failed.isEmpty, "\(failed)")
    #expect(shown.all("pg_scrape_collector_success").count > 20)
    #expect(shown.value("pg_exporter_last_scrape_error") == 0)
    #expect(shown.strayLines.isEmpty)

    #expect(shown.value("pg_stat_database_numbackends", ["datname": "postgres"]) ?? 0 >= 1)
    #expect(shown.all("pg_locks_count", ["datname": "postgres"]).count == 9)
    #expect(shown.value("pg_settings_shared_buffers_bytes") == 16_777_216)
    #expect(shown.value("pg_settings_statement_timeout_seconds") == 0, "not our own session's")
    #expect(shown.value("pg_settings_jit") == 1, "not our own session's")
    #expect(shown.value("pg_replication_is_replica") == 0)
    #expect(shown.value("pg_replication_lag_seconds") == 0)
    #expect(shown.value("pg_stat_user_tables_n_tup_ins", ["relname": "t"]) != nil)
    #expect(shown.value("pg_replication_slots_slot_is_active", ["slot_name": "standby"]) == 0)
    #expect(
      shown.value("pg_replication_slots_pg_wal_lsn_diff", ["slot_name": "standby"]) ?? -1 >= 0)
    let version = try #require(shown.all("pg_static").first)
    #expect(version.labels["version"]?.hasPrefix("PostgreSQL ") == true)
    #expect(version.labels["short_version"]?.split(separator: ".").count == 3)
    let health = await watched.health()
    #expect(health.isUp && health.version?.isEmpty == false && health.reason == nil)
  }

  @Test func sizesComeFromTheSlowCollector() async throws {
    let server = try await ThrowawayPostgres.start()
    let watched = PostgresServer(try PostgresSettings(parsing: server.url))
    let slow = PostgresCollectors.all.filter { $0.pace == .slow }
    let shown = try await scrape(PostgresSlowCollector(watched, queries: slow))
    #expect(shown.value("pg_database_size_bytes", ["datname": "postgres"]) ?? 0 > 1_000_000)
    #expect(shown.value("pg_wal_segments") ?? 0 >= 1)
    #expect(shown.value("pg_wal_size_bytes") ?? 0 >= 1_048_576)
    let sessions = try await server.run(
      "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tocsin'")
    #expect(sessions == "0\n", "the slow session is closed again")
  }

  @Test func namesTypesAndLabelsAreThoseOfTheReferenceExporter() async throws {
    guard let table = ReferenceTable("postgres") else { return }
    // Every family has something to show: a standby, an archive, a slot that is read from, a
    // running vacuum, an idle session.
    let server = try await ThrowawayPostgres.start(
      settings: [
        "wal_level": "logical", "archive_mode": "on", "archive_command": "'/bin/true'",
        "max_slot_wal_keep_size": "1GB", "shared_preload_libraries": "pg_stat_statements",
        "autovacuum_naptime": "1s", "autovacuum_vacuum_cost_delay": "100ms",
        "autovacuum_vacuum_cost_limit": "1",
      ])
    try await server.run(
      """
      CREATE TABLE t AS SELECT g AS id, repeat('x', 200) AS v FROM generate_series(1, 20000) g;
      CREATE INDEX ON t (id); CREATE EXTENSION pg_stat_statements; CREATE EXTENSION pg_buffercache
      """)
    try await server.run("SELECT pg_switch_wal()")
    let standby = try await server.startStandby()
    let sessions = [try server.startLogicalConsumer(slot: "feed"), try server.startIdleSession()]
    defer { for session in sessions { session.terminate() } }
    let all = PostgresCollectors.all
    let watched = PostgresServer(try PostgresSettings(parsing: server.url))
    let fast = PostgresCollector(watched, queries: all.filter { $0.pace == .everyScrape })
    let slow = PostgresSlowCollector(watched, queries: all.filter { $0.pace == .slow })
    try await eventually("all of that goes on") {
      let shown = try await scrape(fast)
      return shown.value("pg_stat_archiver_last_archive_age") != nil
        && !shown.all("pg_stat_replication_pg_wal_lsn_diff", ["state": "streaming"]).isEmpty
        && shown.value("pg_replication_slots_slot_confirmed_flush_lsn", ["slot_name": "feed"])
          ?? 0 > 0
        && !shown.all("pg_stat_progress_vacuum_phase", ["relname": "t"]).isEmpty
        && !shown.all("pg_process_idle_seconds_count", ["state": "idle"]).isEmpty
    }
    var buffer = FamilyBuffer(constantLabels: [(name: "server", value: "here")])
    buffer.beginScrape()
    try await fast.collect(into: &buffer, context: .relaxed)
    try await slow.collect(into: &buffer, context: .relaxed)
    let (_, onStandby) = try collector(standby.url)
    try await onStandby.collect(into: &buffer, context: .relaxed)
    let shown = ExpositionText(buffer.render().text)
    let version = Int(try await server.run("SHOW server_version_num").dropLast()) ?? 0
    let differences = table.differences(
      from: shown,
      ignoring: { row in
        // Excluded: the reference exporter's own metrics, settings, and a family for its query
        // files.
        !row.name.hasPrefix("pg_") || row.name.hasPrefix("pg_settings_")
          || row.name == "pg_exporter_user_queries_load_error"
          // Metrics of servers before version 10, and of repmgr's slots.
          || row.name.contains("xlog_location") || row.name.hasSuffix("_upstream_node")
          || version < 160_000 && row.name.hasPrefix("pg_buffercache_summary_")
          || version < 170_000 && row.name.hasPrefix("pg_stat_checkpointer_")
      }, withOptional: true, extraLabels: ["server"])
    #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
    let settings = table.rows.filter {
      $0.name.hasPrefix("pg_settings_") && !$0.name.hasSuffix("*") && $0.isDefault
        && $0.exporters.contains("debian") && !$0.name.contains("pg_stat_statements")
    }
    let absent = settings.map(\.name).filter { shown.types[$0] == nil }
    #expect(absent.isEmpty, "\(absent)")
  }

  @Test func sessionsAreCountedByWhatTheyDo() async throws {
    let server = try await ThrowawayPostgres.start()
    let (_, collector) = try collector(server.url)
    let idle = ["datname": "postgres", "state": "idle in transaction"]
    let before = try await scrape(collector)
    #expect(before.all("pg_stat_activity_count", idle).map(\.number) == [0])
    #expect(before.all("pg_stat_activity_count", ["application_name": "tocsin"]).isEmpty)
    let session = try server.runInBackground(
      "BEGIN; LOCK TABLE pg_description; SELECT pg_sleep(600)", application: "billing")
    defer { session.terminate() }
    try await eventually("the session sleeps") {
      let shown = try await scrape(collector)
      let found = shown.all("pg_stat_activity_count", ["application_name": "billing"])
      guard found.first?.labels["wait_event"] == "PgSleep" else { return false }
      #expect(found.count == 1 && found[0].number == 1)
      #expect(found[0].labels["state"] == "active" && found[0].labels["usename"] == "postgres")
      #expect(
        Set(found[0].labels.keys) == [
          "datname", "state", "usename", "application_name", "backend_type", "wait_event_type",
          "wait_event",
        ])
      #expect(
        shown.value("pg_locks_count", ["datname": "postgres", "mode": "accessexclusivelock"]) == 1)
      #expect(shown.value("pg_long_running_transactions") ?? 0 >= 1)
      return true
    }
  }

  @Test func oneForbiddenQueryCostsNoOther() async throws {
    let server = try await ThrowawayPostgres.start()
    try await server.run("CREATE ROLE watcher LOGIN PASSWORD 'pw'")
    let watched = PostgresServer(
      try PostgresSettings(parsing: server.url(user: "watcher", password: "pw")))
    let chosen = PostgresCollectors.all.filter { ["wal", "stat_database"].contains($0.name) }
    let shown = try await scrape(PostgresCollector(watched, queries: chosen))
    #expect(shown.value("pg_up") == 1)
    #expect(shown.value("pg_scrape_collector_success", ["collector": "wal"]) == 0)
    #expect(shown.value("pg_scrape_collector_success", ["collector": "stat_database"]) == 1)
    #expect(shown.value("pg_exporter_last_scrape_error") == 1)
  }

  @Test func aServerThatIsDownIsReportedAsDown() async throws {
    let server = try await ThrowawayPostgres.start()
    let (watched, collector) = try collector(server.url)
    #expect(try await scrape(collector).value("pg_up") == 1)
    try await server.stop()
    let down = try await scrape(collector)
    #expect(down.value("pg_up") == 0)
    #expect(down.value("tocsin_postgres_up_reason", ["reason": "refused"]) == 1)
    #expect(down.all("pg_stat_database_numbackends").isEmpty)
    #expect(await watched.health().reason == "refused")
    try await server.start()
    try await eventually("the server is seen again") {
      try await scrape(collector).value("pg_up") == 1
    }
    #expect(await watched.health().isUp)
  }

  @Test func aFrozenServerIsDownInTime() async throws {
    let server = try await ThrowawayPostgres.start()
    let (_, collector) = try collector(server.url)
    #expect(try await scrape(collector).value("pg_up") == 1)
    server.pause()
    let frozen = try await scrape(collector, within: .milliseconds(300))
    #expect(frozen.value("pg_up") == 0)
    #expect(frozen.value("tocsin_postgres_up_reason", ["reason": "timeout"]) == 1)
    server.resume()
    try await eventually("the server is seen again") {
      try await scrape(collector).value("pg_up") == 1
    }
  }

  @Test func theWrongPasswordIsAReason() async throws {
    let server = try await ThrowawayPostgres.start()
    let (watched, collector) = try collector(server.url(password: "open-sesame"))
    let shown = try await scrape(collector)
    #expect(shown.value("pg_up") == 0)
    #expect(shown.value("tocsin_postgres_up_reason", ["reason": "authentication"]) == 1)
    let health = await watched.health()
    #expect(health.reason == "authentication")
    #expect(health.message?.contains("sesame") == false)
  }

  @Test func aKilledSessionCostsNothing() async throws {
    let server = try await ThrowawayPostgres.start()
    let (_, collector) = try collector(server.url)
    _ = try await scrape(collector)
    try await server.run(
      "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'tocsin'"
    )
    let shown = try await scrape(collector)
    #expect(shown.value("pg_up") == 1)
    #expect(shown.value("pg_exporter_last_scrape_error") == 0)
    #expect(shown.value("tocsin_postgres_sessions_opened_total") == 2)
  }

  @Test func aSlowQueryIsEndedAndTheSessionRemains() async throws {
    let server = try await ThrowawayPostgres.start()
    let watched = PostgresServer(try PostgresSettings(parsing: server.url))
    let chosen = PostgresCollectors.all.filter { $0.name == "stat_database" }
    let collector = PostgresCollector(watched, queries: [SleepQuery()] + chosen)
    let shown = try await scrape(collector, within: .seconds(8))
    #expect(shown.value("pg_up") == 1)
    #expect(shown.value("pg_scrape_collector_success", ["collector": "sleep"]) == 0)
    #expect(shown.value("pg_scrape_collector_success", ["collector": "stat_database"]) == 1)
    #expect(shown.value("tocsin_postgres_sessions_opened_total") == 1)
  }

  @Test func aStandbyHasALag() async throws {
    let primary = try await ThrowawayPostgres.start(settings: ["wal_level": "replica"])
    let standby = try await primary.startStandby()
    let (_, onStandby) = try collector(standby.url)
    let (_, onPrimary) = try collector(primary.url)
    try await eventually("the standby streams") {
      try await scrape(onPrimary).value(
        "pg_stat_replication_pg_wal_lsn_diff", ["state": "streaming"]) != nil
    }
    let shown = try await scrape(onStandby)
    #expect(shown.value("pg_up") == 1)
    let failed = shown.all("pg_scrape_collector_success").filter { $0.number != 1 }
    #expect(failed.isEmpty, "\(failed)")
    #expect(shown.value("pg_replication_is_replica") == 1)
    #expect(shown.value("tocsin_postgres_role", ["role": "standby"]) == 1)
    #expect(shown.value("tocsin_postgres_wal_receiver_streaming") == 1)
    #expect(shown.value("pg_stat_wal_receiver_flushed_lsn") ?? 0 > 0)
    try await primary.run("CREATE TABLE t (id int)")
    try await eventually("all is replayed") {
      try await scrape(onStandby).value("pg_replication_lag_seconds") == 0
    }
    // A broken connection must not look like a standby without lag.
    try await primary.stop()
    try await eventually("the link is seen to be cut") {
      let cut = try await scrape(onStandby)
      return cut.value("tocsin_postgres_wal_receiver_streaming") == 0
        && cut.value("pg_replication_lag_seconds") ?? 0 > 0
    }
  }

  @Test func serversDifferByALabel() async throws {
    let server = try await ThrowawayPostgres.start()
    let watched = PostgresServer(try PostgresSettings(parsing: server.url))
    var selection = PostgresSelection()
    selection.disabled = ["settings"]
    let runner = CollectorRunner(PostgresCollectors.scheduled(for: watched, selection: selection))
    let gathering = await runner.gather(within: .seconds(60))
    let shown = ExpositionText(String(decoding: gathering.bytes, as: UTF8.self))
    let label = ["server": "127.0.0.1:\(server.port)"]
    #expect(shown.value("pg_up", label) == 1)
    #expect(shown.value("pg_database_size_bytes", label) != nil)
    #expect(shown.all("pg_settings_max_connections").isEmpty)
  }
}
