import PostgresAccess
import PostgresCollectors
import TestSupport
import Testing

@Suite struct TransactionPoolTests {
  /// Starts a pooler with one server session for all clients: each client finds the session as the
  /// last one left it.
  private func startPooler(of server: ThrowawayPostgres, mode: String) async throws -> (
    ChildProcess, url: String
  ) {
    let port = try FreePort.next()
    let folder = try TemporaryDirectory(prefix: "tocsin-pgbouncer", owner: "postgres")
    let users = try folder.write("\"postgres\" \"throwaway\"\n", to: "users")
    let settings = try folder.write(
      """
      [databases]
      shop = host=127.0.0.1 port=\(server.port) dbname=postgres pool_size=1
      [pgbouncer]
      listen_addr = 127.0.0.1
      listen_port = \(port)
      auth_type = plain
      auth_file = \(users)
      pool_mode = \(mode)
      unix_socket_dir =

      """, to: "pgbouncer.ini")
    let pooler = try ChildProcess.start("/usr/sbin/pgbouncer", [settings], user: "postgres")
    try await pooler.waitUntilAccepting(port: port)
    return (pooler, "postgresql://postgres:throwaway@127.0.0.1:\(port)/shop")
  }

  @Test func noSettingsRemainForApplications() async throws {
    let server = try await ThrowawayPostgres.start()
    try await server.run("CREATE TABLE t (id int PRIMARY KEY, v text)")
    let (pooler, url) = try await startPooler(of: server, mode: "transaction")
    defer { pooler.terminate() }
    let (watched, fast) = try collector(url)
    for _ in 0..<3 {
      let shown = try await scrape(fast)
      #expect(shown.value("pg_up") == 1)
      #expect(shown.failedCollectors.isEmpty, "\(shown.failedCollectors)")
      #expect(shown.value("pg_stat_user_tables_n_tup_ins", ["relname": "t"]) != nil)
      let slow = try await slowScrape(watched, databases: DatabaseFilter(exclude: ["*"]))
      #expect(slow.failedCollectors.isEmpty, "\(slow.failedCollectors)")

      // An application that uses the same server session.
      let psql = try ChildProcess.start(
        "psql",
        [
          "-XAtc",
          "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING; SELECT string_agg(name, ' ' ORDER BY name)"
            + " FROM pg_settings WHERE source = 'session' AND name NOT IN ('application_name',"
            + " 'client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings')"
            + " UNION ALL SELECT count(*)::text FROM pg_prepared_statements", url,
        ])
      #expect(try await psql.waitForExit() == 0, "\(psql.output)")
      #expect(
        psql.output == "INSERT 0 1\n\n0\n" || psql.output == "INSERT 0 0\n\n0\n", "\(psql.output)")
    }
    #expect(try await scrape(fast).value("tocsin_postgres_sessions_opened_total") == 4)
  }

  @Test func settingsAreInForceAllTheSame() async throws {
    let server = try await ThrowawayPostgres.start()
    let (pooler, url) = try await startPooler(of: server, mode: "transaction")
    defer { pooler.terminate() }
    let session = PostgresSession(try PostgresSettings(parsing: url))
    func ask(_ sql: String, adjusting values: [String: String] = [:]) async throws -> String? {
      try await session.query(sql, deadline: .now + .seconds(30), adjusting: values).string(0, 0)
    }
    #expect(try await ask("SHOW search_path") == "pg_catalog")
    #expect(try await ask("SHOW transaction_read_only") == "on")
    #expect(try await ask("SHOW lock_timeout") == "200ms")
    let path = ["search_path": #""o'clock\", pg_catalog"#]
    for values in [path, [:]] {
      #expect(try await ask("SHOW search_path", adjusting: values) == path["search_path"])
    }
    await #expect(throws: PostgresError.self) { try await ask("CREATE TABLE t (id int)") }
    await #expect(throws: PostgresError.self) {
      try await ask("SELECT pg_sleep(60)", adjusting: ["statement_timeout": "50"])
    }
    #expect(try await ask("SHOW statement_timeout") == "50ms", "the session lives on")
    let replies = await session.run(
      [.init(name: "a", sql: "SHOW search_path"), .init(name: "b", sql: "SELECT pg_sleep(60)")],
      deadline: .now + .seconds(30))
    guard case .success(let first)? = replies.first?.answer,
      case .failure(let second)? = replies.last?.answer
    else {
      Issue.record("\(replies)")
      return
    }
    #expect(first.rows.string(0, 0) == path["search_path"] && second.reason == .canceled)
    #expect(session.state.sessionsOpened == 1)
  }

  @Test(arguments: [false, true])
  func adjustmentsOutliveASession(isPooled: Bool) async throws {
    let server = try await ThrowawayPostgres.start()
    let pool = isPooled ? try await startPooler(of: server, mode: "session") : nil
    let session = PostgresSession(try PostgresSettings(parsing: pool?.url ?? server.url))
    _ = try await session.query(
      "SELECT 1", deadline: .now + .seconds(30), adjusting: ["work_mem": "1MB"])
    await session.close()
    let replies = await session.run(
      [.init(name: "a", sql: "SHOW work_mem")], deadline: .now + .seconds(30))
    let answer = try #require(replies.first).answer.get()
    #expect(answer.rows.string(0, 0) == "1MB")
    pool?.0.terminate()
  }
}
