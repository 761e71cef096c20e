import Synchronization
import TestSupport
import Testing
import WebClient

@testable import WebServer

@Suite struct ServerSecurityTests {
  /// The hashes of `secret`, twice, and of `pass word:with colon`.
  static let users = [
    "alice": "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW",
    "bob": "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW",
    "carol": "$2a$04$abcdefghijklmnopqrstuu53iwZqpu.YT6IxdyTdfm1QdW2XdZqCq",
  ]

  private static func authentication() throws -> BasicAuthentication {
    BasicAuthentication(users: try users.mapValues { try PasswordHash($0) })
  }

  @Test(arguments: [
    ("alice", "secret", 200), ("bob", "secret", 200), ("carol", "pass word:with colon", 200),
    ("alice", "Secret", 401), ("alice", "", 401), ("alice", "secret\0x", 401),
    ("mallory", "secret", 401), ("", "secret", 401), ("alice:secret", "", 401),
    ("alice", String(repeating: "x", count: 5000), 401),
  ])
  func passwordsAreChecked(user: String, password: String, status: Int) async throws {
    var security = ServerSecurity()
    security.passwords = try Self.authentication()
    let server = try start(security)
    let client = WebClient()
    // The second time the verdict is cached.
    for _ in 0..<2 {
      var request = WebRequest(.get, url(server))
      request.credentials = .basic(username: user, password: password)
      let response = try await client.send(request)
      #expect(response.status == status)
      #expect(response.headers["WWW-Authenticate"] == (status == 401 ? "Basic" : nil))
    }
    await server.stop()
  }

  @Test(arguments: [
    nil, "", "Basic", "Basic ", "Bearer secret", "Basic !!!", "Basic YWxpY2U=",
    "Basic //79", "Negotiate YWxpY2U6c2VjcmV0",
  ])
  func whatIsNoUserAndPasswordIsRefusedAtOnce(field: String?) async throws {
    var security = ServerSecurity()
    security.passwords = try Self.authentication()
    let seen = Atomic(0)
    let server = try start(security) { _ in
      seen.add(1, ordering: .relaxed)
      return .text("ok")
    }
    // The body of a refused request is discarded.
    var request = WebRequest(.post, url(server), body: [UInt8](repeating: 65, count: 3 << 20))
    request.headers["Authorization"] = field
    #expect(try await WebClient().send(request).status == 401)
    #expect(seen.load(ordering: .relaxed) == 0)
    #expect(server.counters.requests == 0)
    await server.stop()
  }

  @Test func schemesAreReadWithoutCase() {
    #expect(
      Credentials(field: "bASIC  YWxpY2U6c2VjcmV0")
        == Credentials(field: "Basic YWxpY2U6c2VjcmV0"))
    #expect(Credentials(field: "Basic YWxpY2U6c2VjcmV0")?.user == "alice")
  }

  @Test func headersAreAddedToEveryAnswerThatLacksThem() async throws {
    var security = ServerSecurity()
    security.headers = [
      "X-Frame-Options": "deny", "Content-Security-Policy": "default-src 'self'",
      "X-Content-Type-Options": "nosniff",
    ]
    let server = try start(security) { _ in
      var response = HTTPResponse.text("ok")
      response.headers["content-security-policy"] = "default-src 'none'"
      return response
    }
    let answer = try await WebClient().send(WebRequest(.get, url(server)))
    #expect(answer.headers["X-Frame-Options"] == "deny")
    #expect(answer.headers.values("X-Content-Type-Options") == ["nosniff"])
    #expect(answer.headers.values("Content-Security-Policy") == ["default-src 'none'"])
    await server.stop()
  }

  @Test func theRateIsLimited() async throws {
    var security = ServerSecurity()
    security.rateLimiter = RateLimiter(.init(interval: .seconds(3600), burst: 2))
    let server = try start(security)
    let client = WebClient()
    var statuses: [Int] = []
    for _ in 0..<4 { statuses.append(try await client.send(WebRequest(.get, url(server))).status) }
    #expect(statuses == [200, 200, 429, 429])
    await server.stop()
  }

  @Test func aBucketFillsWithTime() {
    var bucket = TokenBucket(.init(interval: .seconds(1), burst: 2))
    let table: [(Double, Bool)] = [
      (0, true), (0, true), (0, false), (0.9, false), (1, true), (1.5, false), (2, true),
      (2, false), (100, true), (100, true), (100, false), (101, true),
    ]
    for (time, isTaken) in table {
      let taken = bucket.take(at: .seconds(time))
      #expect(taken == isTaken, "at \(time)")
    }
    var shut = TokenBucket(.init(interval: .seconds(1), burst: 0))
    let taken = shut.take(at: .seconds(1000))
    #expect(!taken)
  }

  @Test func refusedVerdictsAreEvictedFirst() {
    var cache = VerdictCache<Int>(capacity: 3)
    cache.remember(1, true)
    cache.remember(2, false)
    cache.remember(3, true)
    cache.remember(4, false)
    #expect(cache[1] == true && cache[2] == nil && cache[3] == true && cache[4] == false)
    cache.remember(5, true)
    cache.remember(6, true)
    #expect([1, 3, 5].filter { cache[$0] == true }.count == 2 && cache[6] == true)
  }

  @Test(arguments: [
    ("", "no bcrypt"), ("secret", "no bcrypt"), ("$1$abc$def", "no bcrypt"),
    ("$2z$10$" + String(repeating: "a", count: 53), "no bcrypt"),
    ("$2y$10$" + String(repeating: "a", count: 52), "no bcrypt"),
    ("$2y$10$" + String(repeating: "a", count: 52) + "!", "no bcrypt"),
    ("$2y$03$" + String(repeating: "a", count: 53), "cost 3"),
    ("$2y$31$" + String(repeating: "a", count: 53), "cost 31"),
  ])
  func whatIsNoHashIsNamed(text: String, reason: String) {
    let fault = #expect(throws: PasswordHash.Fault.self) { try PasswordHash(text) }
    #expect(fault?.description.contains(reason) == true)
  }

  private func start(
    _ security: ServerSecurity, handler: @escaping HTTPHandler = { _ in .text("ok") }
  ) throws -> HTTPServer {
    try HTTPServer.start(
      on: ListenAddress(host: "127.0.0.1", port: 0), security: { security }, handler: handler)
  }

  private func url(_ server: HTTPServer) -> String { "http://127.0.0.1:\(server.boundPort)/" }
}
