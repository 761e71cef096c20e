import PostgresAccess
import TestSupport
import Testing

/// Runs statements named by their position and returns the first cell of each, or the reason of the
/// failure.
private func run(
  _ session: PostgresSession, _ statements: [String], within budget: Duration = .seconds(30)
) async -> [String] {
  let statements = statements.enumerated().map { PostgresStatement(name: "s\($0)", sql: $1) }
  return await session.run(statements, deadline: .now + budget).map { reply in
    switch reply.answer {
    case .success(let answer): answer.rows.string(0, 0) ?? "NULL"
    case .failure(let error): error.reason.rawValue
    }
  }
}

@Suite struct PostgresBatchTests {
  @Test func eachStatementStandsForItself() async throws {
    let server = try await ThrowawayPostgres.start()
    let session = PostgresSession(try PostgresSettings(parsing: server.url))
    let statements = ["SELECT 1", "SELECT nothing", "SELECT 1 / (SELECT 0)", "SELECT 4"]
    for _ in 0..<3 {
      #expect(await run(session, statements) == ["1", "statement", "statement", "4"])
    }
    #expect(session.state.sessionsOpened == 1)
    let sql = "SELECT count(*) FROM pg_prepared_statements"
    let count = try await session.query(sql, deadline: .now + .seconds(30)).string(0, 0)
    #expect(count == "3", "what cannot be parsed is not stored")
  }

  @Test func aStatementThatChangesTakesThePlaceOfTheOneBefore() async throws {
    let server = try await ThrowawayPostgres.start()
    let session = PostgresSession(try PostgresSettings(parsing: server.url))
    for number in 1...5 { #expect(await run(session, ["SELECT \(number)"]) == ["\(number)"]) }
    let sql = "SELECT string_agg(statement, ';') FROM pg_prepared_statements"
    let texts = try await session.query(sql, deadline: .now + .seconds(30)).string(0, 0)
    #expect(texts == "SELECT 5")
  }

  @Test func statementsThatTheServerForgotAreAskedAnew() async throws {
    let server = try await ThrowawayPostgres.start()
    let session = PostgresSession(try PostgresSettings(parsing: server.url))
    #expect(await run(session, ["SELECT 1", "SELECT 2"]) == ["1", "2"])
    // As behind a pooler that gives each transaction another server.
    _ = try await session.query("DEALLOCATE ALL", deadline: .now + .seconds(30))
    for _ in 0..<2 { #expect(await run(session, ["SELECT 1", "SELECT 2"]) == ["1", "2"]) }
    #expect(session.state.sessionsOpened == 1)
  }

  @Test func aBrokenSessionIsReplacedOnTheWay() async throws {
    let server = try await ThrowawayPostgres.start()
    let session = PostgresSession(try PostgresSettings(parsing: server.url))
    let end = "SELECT pg_terminate_backend(pg_backend_pid())"
    let replies = await run(session, ["SELECT 1", end, "SELECT 3"])
    // Either error is possible: the server's shutdown message may or may not arrive before the
    // connection breaks.
    #expect(replies.count == 3 && ["shutting_down", "connection_lost"].contains(replies[1]))
    #expect(replies.first == "1" && replies.last == "3")
    #expect(session.state.sessionsOpened == 3)
  }

  @Test func theDeadlineEndsTheStatementUnderWay() async throws {
    let server = try await ThrowawayPostgres.start()
    let session = PostgresSession(try PostgresSettings(parsing: server.url))
    // On a busy machine the deadline may pass before the first statement is answered; then it is
    // tried again.
    try await eventually("the second is under way at the deadline, and the third has no turn") {
      let replies = await run(
        session, ["SELECT 1", "SELECT pg_sleep(600)", "SELECT 3"], within: .milliseconds(400))
      #expect(!session.state.isConnected)
      return replies == ["1", "timeout"]
    }
    #expect(await run(session, ["SELECT 4"]) == ["4"])
  }

  @Test func aServerThatIsDownIsOneReply() async throws {
    let server = try await ThrowawayPostgres.start()
    let session = PostgresSession(try PostgresSettings(parsing: server.url))
    #expect(await run(session, ["SELECT 1", "SELECT 2"]) == ["1", "2"])
    try await server.stop()
    #expect(await run(session, ["SELECT 1", "SELECT 2"]) == ["refused"])
  }

  @Test func longAnswersFlowWhileStatementsAreSent() async throws {
    let server = try await ThrowawayPostgres.start()
    let session = PostgresSession(try PostgresSettings(parsing: server.url))
    let long = "SELECT repeat('x', 1000000) || '\(String(repeating: "y", count: 200_000))'"
    let replies = await run(session, Array(repeating: long, count: 10))
    #expect(replies.map(\.count) == Array(repeating: 1_200_000, count: 10))
  }
}
