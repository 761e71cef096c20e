import Concurrency
import PostgresAccess
import TestSupport
import Testing

extension PostgresSession {
  fileprivate init(_ url: String) throws {
    // No back-off, so that each attempt of a test counts.
    try self.init(PostgresSettings(parsing: url), backoff: Backoff(first: .zero, longest: .zero))
  }

  fileprivate func ask(
    _ sql: String, _ parameters: [String?] = [], within budget: Duration = .seconds(30)
  ) throws -> String? {
    let result = try query(sql, parameters, deadline: .now + budget)
    return result.rowCount > 0 ? result.string(0, 0) : nil
  }
}

private func reason(_ body: () async throws -> Void) async -> PostgresError.Reason? {
  do {
    try await body()
  } catch let error as PostgresError {
    return error.reason
  } catch {
    Issue.record(error)
  }
  return nil
}

@Suite struct PostgresConnectionTests {
  @Test func readsCellsInPlace() async throws {
    let server = try await ThrowawayPostgres.start()
    let session = try PostgresSession(server.url)
    let result = try await session.query(
      "SELECT 1.5::float8 AS number, 'größe' AS text, NULL AS nothing, true AS yes,"
        + " $1::int + 1 AS sum, 'NaN'::float8 AS nan, '' AS empty, '12x' AS word", ["41"],
      deadline: .now + .seconds(30))
    #expect(result.rowCount == 1 && result.columnCount == 8)
    let found = result.columnIndex("text")
    #expect(found == 1)
    let absent = result.columnIndex("absent")
    #expect(absent == nil)
    let size = result.bytes(0, 1).count
    #expect(size == "größe".utf8.count)
    let texts = (0..<8).map { result.string(0, $0) }
    #expect(texts == ["1.5", "größe", nil, "t", "42", "NaN", "", "12x"])
    let numbers = (0..<8).map { result.double(0, $0) }
    #expect(numbers[0] == 1.5 && numbers[3] == 1 && numbers[4] == 42 && numbers[5]?.isNaN == true)
    #expect(numbers[1] == nil && numbers[2] == nil && numbers[6] == nil && numbers[7] == nil)
    let (isNull, sum) = (result.isNull(0, 2), result.int(0, 4))
    #expect(isNull && sum == 42)
    #expect((session.state.serverVersion ?? 0) >= 120_000)
  }

  @Test func sessionsAreSetUpAsAskedFor() async throws {
    let server = try await ThrowawayPostgres.start()
    let session = try PostgresSession(
      server.url + "?options=-c%20statement_timeout%3D1&schema=public")
    let expected = [
      ("application_name", "tocsin"), ("statement_timeout", "9s"), ("lock_timeout", "200ms"),
      ("default_transaction_read_only", "on"), ("search_path", "pg_catalog"), ("jit", "off"),
      ("TimeZone", "UTC"), ("client_encoding", "UTF8"),
    ]
    for (name, value) in expected {
      #expect(try await session.ask("SELECT current_setting($1)", [name]) == value, "\(name)")
    }
    #expect(session.state.sessionsOpened == 1)
  }

  @Test func aStatementErrorLeavesTheSessionOpen() async throws {
    let server = try await ThrowawayPostgres.start()
    let session = try PostgresSession(server.url)
    #expect(await reason { _ = try await session.ask("SELECT nothing FROM nowhere") } == .statement)
    _ = try await session.ask("SET statement_timeout = 10")
    #expect(await reason { _ = try await session.ask("SELECT pg_sleep(60)") } == .canceled)
    #expect(try await session.ask("SELECT 7") == "7")
    #expect(session.state.sessionsOpened == 1)
    #expect(await reason { _ = try await session.ask("COPY (SELECT 1) TO STDOUT") } != nil)
    #expect(try await session.ask("SELECT 8") == "8")
  }

  @Test func failedLoginsHaveAReason() async throws {
    let server = try await ThrowawayPostgres.start(settings: [
      "max_connections": "4", "superuser_reserved_connections": "3",
    ])
    try await server.run("CREATE ROLE app LOGIN PASSWORD 'pw'")
    let first = try PostgresSession(server.url(user: "app", password: "pw"))
    _ = try await first.ask("SELECT 1")
    let expected: [(String, PostgresError.Reason)] = [
      (server.url(password: "mistaken"), .authentication),
      (server.url(user: "nobody"), .authentication),
      (server.url(database: "absent"), .unknownDatabase),
      (server.url + "?sslmode=require", .tls),
      (server.url(user: "app", password: "pw"), .tooManyConnections),
    ]
    for (url, expected) in expected {
      let session = try PostgresSession(url)
      #expect(await reason { _ = try await session.ask("SELECT 1") } == expected)
      #expect(session.state.failure?.reason == expected)
    }
  }

  @Test func aServerThatIsDownRefuses() async throws {
    let server = try await ThrowawayPostgres.start()
    let lasting = try PostgresSession(server.url)
    _ = try await lasting.ask("SELECT 1")
    try await server.stop()
    #expect(await reason { _ = try await lasting.ask("SELECT 1") } == .refused)
    #expect(!lasting.state.isConnected)
    let local = try PostgresSession("host=\(server.socketFolder) port=\(server.port)")
    #expect(await reason { _ = try await local.ask("SELECT 1") } == .refused)
    let nowhere = try PostgresSession("host=no-such-host.invalid")
    #expect(await reason { _ = try await nowhere.ask("SELECT 1") } == .nameResolution)
    try await server.start()
    #expect(try await lasting.ask("SELECT 1") == "1")
  }

  @Test func unixSocketsWork() async throws {
    let server = try await ThrowawayPostgres.start()
    let session = try PostgresSession(
      "host=\(server.socketFolder) port=\(server.port) user=postgres dbname=postgres "
        + "password=\(ThrowawayPostgres.password)")
    #expect(try await session.ask("SELECT 1") == "1")
    #expect(session.settings.serverLabel == "\(server.socketFolder):\(server.port)")
  }

  @Test func aFrozenServerCostsOneDeadline() async throws {
    let server = try await ThrowawayPostgres.start()
    let session = try PostgresSession(server.url)
    _ = try await session.ask("SELECT 1")
    server.pause()
    for _ in 0..<2 {
      // First a statement on the open session, then a new session.
      let frozen = await reason {
        _ = try await session.ask("SELECT 1", within: .milliseconds(100))
      }
      #expect(frozen == .timeout)
      #expect(!session.state.isConnected)
    }
    server.resume()
    #expect(try await session.ask("SELECT 1") == "1")
  }

  @Test func aSlowStatementIsCancelledOnTheServer() async throws {
    let server = try await ThrowawayPostgres.start()
    let session = try PostgresSession(server.url)
    let late = await reason {
      _ = try await session.ask("SELECT pg_sleep(600)", within: .milliseconds(200))
    }
    #expect(late == .timeout)
    try await eventually("the statement is gone") {
      try await session.ask(
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%600%'"
          + " AND state = 'active' AND pid <> pg_backend_pid()") == "0"
    }
  }

  @Test func aSessionKilledMidStatementIsReplaced() async throws {
    let server = try await ThrowawayPostgres.start()
    let session = try PostgresSession(server.url)
    let pid = try await session.ask("SELECT pg_backend_pid()")
    try await server.run("SELECT pg_terminate_backend(\(pid ?? ""), 10000)")
    #expect(try await session.ask("SELECT pg_backend_pid()") != pid)
    #expect(session.state.sessionsOpened == 2)
    #expect(session.state.failedAttempts == 0)
  }
}
