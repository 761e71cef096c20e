import Concurrency
import RedisAccess
import TestSupport
import Testing

extension RedisSession {
  fileprivate init(_ url: String) throws {
    // No back-off, so that each attempt of a test counts.
    try self.init(RedisSettings(parsing: url), backoff: Backoff(first: .zero, longest: .zero))
  }

  @discardableResult
  fileprivate func ask(
    _ words: String..., within budget: Duration = .seconds(30)
  ) throws -> RedisReply {
    try command(words, deadline: .now + budget)
  }
}

private func reason(_ body: () async throws -> Void) async -> RedisError.Reason? {
  do {
    try await body()
  } catch let error as RedisError {
    return error.reason
  } catch {
    Issue.record(error)
  }
  return nil
}

@Suite struct RedisConnectionTests {
  @Test func readsEveryKindOfReply() async throws {
    let server = try await ThrowawayRedis.start()
    let session = try RedisSession(server.url + "/3")
    #expect(try await session.ask("SET", "k", "v\r\n\u{0}") == .status("OK"))
    #expect(try await session.ask("GET", "k") == .string(Array("v\r\n\u{0}".utf8)))
    #expect(try await session.ask("GET", "none") == .null)
    #expect(try await session.ask("STRLEN", "k") == .integer(4))
    #expect(try await session.ask("MGET", "none", "none") == .array([.null, .null]))
    #expect(try await session.ask("KEYS", "x*") == .array([]))
    let big = String(repeating: "x", count: 300_000)
    #expect(try await session.ask("SET", "big", big) == .status("OK"))
    #expect(try await session.ask("GET", "big").bytes?.count == 300_000)
    let text = try await session.ask("INFO", "ALL").text
    #expect(text?.contains("db3:keys=2") == true)
    #expect(session.state.sessionsOpened == 1)
  }

  @Test func anErrorReplyLeavesTheSessionOpen() async throws {
    let server = try await ThrowawayRedis.start()
    let session = try RedisSession(server.url)
    #expect(await reason { try await session.ask("NONSENSE") } == .command)
    #expect(try await session.ask("PING").text == "PONG")
    #expect(session.state.sessionsOpened == 1)
  }

  @Test func loginsAreChecked() async throws {
    let server = try await ThrowawayRedis.start(password: "open-sesame")
    let session = try RedisSession(server.url)
    try await session.ask("ACL", "SETUSER", "app", "on", ">pw", "+ping")
    let app = try RedisSession("redis://app:pw@127.0.0.1:\(server.port)")
    #expect(try await app.ask("PING").text == "PONG")
    #expect(await reason { try await app.ask("INFO") } == .permissionDenied)
    for login in [":wrong@", "app:wrong@", "nobody:pw@", ""] {
      let stranger = try RedisSession("redis://\(login)127.0.0.1:\(server.port)")
      #expect(await reason { try await stranger.ask("PING") } == .authentication)
    }
  }

  @Test func unixSocketsWork() async throws {
    let server = try await ThrowawayRedis.start()
    let session = try RedisSession("unix://\(server.socketPath)")
    #expect(try await session.ask("PING").text == "PONG")
  }

  @Test func failuresToConnectHaveAReason() async throws {
    let server = try await ThrowawayRedis.start()
    let lasting = try RedisSession(server.url)
    try await lasting.ask("PING")
    try await server.stop()
    #expect(await reason { try await lasting.ask("PING") } == .refused)
    let expected: [(String, RedisError.Reason)] = [
      ("unix:///nowhere", .refused),
      ("unix:///" + String(repeating: "x", count: 200), .refused),
      ("no-such-host.invalid", .nameResolution),
    ]
    for (url, expected) in expected {
      let session = try RedisSession(url)
      #expect(await reason { try await session.ask("PING") } == expected)
    }
    try await server.start()
    #expect(try await lasting.ask("PING").text == "PONG")
  }

  @Test func aFrozenServerCostsOneDeadline() async throws {
    let server = try await ThrowawayRedis.start()
    let session = try RedisSession(server.url)
    try await session.ask("PING")
    server.pause()
    for _ in 0..<2 {
      let frozen = await reason { try await session.ask("PING", within: .milliseconds(100)) }
      #expect(frozen == .timeout)
      #expect(!session.state.isConnected)
    }
    server.resume()
    #expect(try await session.ask("PING").text == "PONG")
  }

  @Test func otherProtocolsAreErrors() async throws {
    let server = try await ThrowawayPostgres.start()
    let session = try RedisSession("127.0.0.1:\(server.port)")
    let found = await reason { try await session.ask("PING") }
    #expect(found == .protocolViolation || found == .connectionLost)
  }

  @Test func aSessionThatTheServerClosedIsReplaced() async throws {
    let server = try await ThrowawayRedis.start()
    let session = try RedisSession(server.url)
    try await session.ask("PING")
    try await server.run("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    #expect(try await session.ask("PING").text == "PONG")
    #expect(session.state.sessionsOpened == 2)
    #expect(session.state.failedAttempts == 0)
  }
}
