import Glibc
import TestSupport
import Testing
import WebClient
import WebServer

@Suite struct WebClientTests {
  let client = WebClient()

  private func start(
    limits: ServerLimits = ServerLimits(), _ handler: @escaping HTTPHandler
  ) throws -> HTTPServer {
    try HTTPServer.start(
      on: ListenAddress(host: "127.0.0.1", port: 0), limits: limits, handler: handler)
  }

  private func url(_ server: HTTPServer, _ path: String = "/", host: String = "127.0.0.1") -> String
  {
    "http://\(host):\(server.boundPort)\(path)"
  }

  /// Answers with the method, selected headers and the body.
  private static let echo: HTTPHandler = { request in
    let names = ["Authorization", "Content-Type", "Accept-Encoding", "X-Empty", "X-Key", "Expect"]
    let headers = names.map { "\($0)=\(request.headers[$0] ?? "-")" }.joined(separator: " ")
    return .text(
      "\(request.method) \(request.path) \(headers) \(String(decoding: request.body, as: UTF8.self))"
    )
  }

  @Test(arguments: ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
  func sendsMethodHeadersAndBody(method: String) async throws {
    let server = try start(Self.echo)
    var request = WebRequest(
      .init(rawValue: method), url(server, "/p%20q"), headers: ["X-Empty": ""])
    request.body = Array("body".utf8)
    request.headers["Content-Type"] = "text/x"
    request.credentials = .bearer("tok")
    let response = try await client.send(request)
    #expect(
      response.text
        == "\(method) /p q Authorization=Bearer tok Content-Type=text/x Accept-Encoding=gzip "
        + "X-Empty= X-Key=- Expect=- body")
    #expect(response.effectiveOrigin == url(server, ""))
    #expect(response.httpVersion == "1.1")
    #expect(response.remoteAddress == "127.0.0.1")
    #expect(response.timings.total >= response.timings.firstByte)
    await server.stop()
  }

  @Test func addsNothingOfItsOwn() async throws {
    let server = try start(Self.echo)
    var request = WebRequest(.post, url(server, host: "user:p%40ss@127.0.0.1"))
    request.acceptCompression = false
    let response = try await client.send(request)
    #expect(
      response.text
        == "POST / Authorization=Basic dXNlcjpwQHNz Content-Type=- Accept-Encoding=- X-Empty=- "
        + "X-Key=- Expect=- ")
    await server.stop()
  }

  @Test func headHasNoBody() async throws {
    let server = try start { _ in .text(String(repeating: "a", count: 3000)) }
    var request = WebRequest(.head, url(server))
    request.maximumBodyBytes = 10
    let response = try await client.send(request)
    #expect(response.status == 200)
    #expect(response.body.isEmpty)
    await server.stop()
  }

  @Test func usesConnectionsAgain() async throws {
    let server = try start { _ in .text("") }
    for _ in 0..<5 { _ = try await client.send(WebRequest(.get, url(server))) }
    #expect(server.counters.connections == 1)
    var request = WebRequest(.get, url(server))
    request.reusesConnection = false
    for _ in 0..<2 { _ = try await client.send(request) }
    #expect(server.counters.connections == 3)
    await server.stop()
  }

  @Test func preparedRequestsAreSentAgainAndAgain() async throws {
    let server = try start { request in
      switch request.path {
      case "/here": .redirect(to: "/there")
      case "/long": .text(String(repeating: "x", count: 2000))
      default: await Self.echo(request)
      }
    }
    var request = WebRequest(.post, url(server, "/here"), headers: ["X-Key": "k"], body: [98])
    let redirected = try PreparedRequest(request)
    request.url = url(server, "/there")
    let plain = try PreparedRequest(request)
    request.url = url(server, "/long")
    request.maximumBodyBytes = 1999
    let tooLong = try PreparedRequest(request)
    for _ in 0..<3 {
      #expect(try await client.send(redirected).text.hasPrefix("GET /there"))
      let answer = try await client.send(plain)
      #expect(answer.text.hasPrefix("POST /there") && answer.text.hasSuffix("X-Key=k Expect=- b"))
      #expect(answer.headers.values("Content-Type").count == 1)
      await #expect(throws: WebClientError.self) { try await client.send(tooLong) }
    }
    async let first = client.send(plain)
    async let second = client.send(plain)
    #expect(try await (first.text, second.text) == (first.text, first.text))
    await server.stop()
  }

  @Test(arguments: [true, false])
  func bodiesOverTheLimitEndTheTransfer(compressed: Bool) async throws {
    // 8 MiB of zeros are 40 KB with gzip: the announced size is no indication then.
    let server = try start { _ in
      HTTPResponse(
        headers: ["Content-Type": "text/plain"], body: [UInt8](repeating: 0, count: 8 << 20))
    }
    var request = WebRequest(.get, url(server, "/secret"))
    request.acceptCompression = compressed
    request.maximumBodyBytes = 1 << 20
    let origin = url(server, "")
    await #expect(throws: WebClientError.bodyTooLarge(origin: origin, limit: 1 << 20)) {
      try await client.send(request)
    }
    request.maximumBodyBytes = 8 << 20
    #expect(try await client.send(request).body.count == 8 << 20)
    await server.stop()
  }

  @Test func timeoutsNameThePhase() async throws {
    let server = try start { _ in
      try? await Task.sleep(for: .seconds(60))
      return .text("")
    }
    var request = WebRequest(.get, url(server, "/secret"))
    request.timeout = .milliseconds(150)
    let expected = WebClientError.timedOut(
      origin: url(server, ""), after: .milliseconds(150), while: .waiting)
    #expect(
      expected.description == "\(url(server, "")): no answer within 150 ms (waiting for the answer)"
    )
    // On a busy machine the time may be over before the request is sent; then it is tried again.
    try await eventually("the time is over while the answer is awaited") {
      await #expect(throws: WebClientError.self) { try await client.send(request) } == expected
    }
    await server.stop(grace: .zero)
  }

  @Test func cancellationAbortsTheTransfer() async throws {
    let server = try start { _ in
      try? await Task.sleep(for: .seconds(60))
      return .text("")
    }
    let task = Task { [client] in try await client.send(WebRequest(.get, url(server))) }
    try await eventually("the handler runs") { server.counters.requestsInFlight == 1 }
    task.cancel()
    await #expect(throws: WebClientError.cancelled) { try await task.value }
    let early = Task { [client] in
      unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
      return try await client.send(WebRequest(.get, url(server)))
    }
    await #expect(throws: WebClientError.cancelled) { try await early.value }
    await server.stop(grace: .zero)
  }

  @Test func aClientThatIsShutDownAbortsAll() async throws {
    let server = try start { _ in
      try? await Task.sleep(for: .seconds(60))
      return .text("")
    }
    let other = WebClient()
    let task = Task { try await other.send(WebRequest(.get, url(server))) }
    try await eventually("the handler runs") { server.counters.requestsInFlight == 1 }
    other.shutDown()
    await #expect(throws: WebClientError.cancelled) { try await task.value }
    await #expect(throws: WebClientError.cancelled) {
      try await other.send(WebRequest(.get, url(server)))
    }
    await server.stop(grace: .zero)
  }

  @Test func unreachableServersAreDistinguished() async throws {
    let port = try FreePort.next()
    await #expect(
      throws: WebClientError.connectionRefused(origin: "http://127.0.0.1:\(port)")
    ) {
      try await client.send(
        WebRequest(.get, "http://user:pass@127.0.0.1:\(port)/services/T0/B0?x=y"))
    }
    await #expect(throws: WebClientError.resolve(origin: "https://no-such-host.invalid:443")) {
      try await client.send(WebRequest(.get, "https://no-such-host.invalid/services/T0"))
    }
  }

  @Test func proxiesAreAskedOnlyWhenNamed() async throws {
    let proxy = try start { .text("proxied \($0.headers["Host"] ?? "")") }
    var request = WebRequest(.get, "http://no-such-host.invalid/x")
    request.proxyURL = url(proxy)
    // The environment has no effect, neither for a proxy nor against one.
    unsafe setenv("no_proxy", "*", 1)
    defer { unsafe unsetenv("no_proxy") }
    #expect(try await client.send(request).text == "proxied no-such-host.invalid")
    await proxy.stop()
  }

  @Test func manyRequestsRunAtOnce() async throws {
    var limits = ServerLimits()
    limits.maxRequestsInFlight = 500
    let server = try start(limits: limits) { .text($0.path) }
    let count = try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<500 {
        group.addTask { [client] in
          try await client.send(WebRequest(.get, url(server, "/\(number)"))).text == "/\(number)"
        }
      }
      return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(count == 500)
    await server.stop()
  }
}
