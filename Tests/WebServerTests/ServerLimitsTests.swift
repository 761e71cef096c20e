import TestSupport
import Testing
import WebClient
import WebServer

@Suite struct ServerLimitsTests {
  let client = WebClient()

  private func start(
    _ limits: ServerLimits, _ handler: @escaping HTTPHandler = { .text("\($0.body.count)") }
  ) throws -> HTTPServer {
    try HTTPServer.start(
      on: ListenAddress(host: "127.0.0.1", port: 0), limits: limits, handler: handler)
  }

  private func url(_ server: HTTPServer) -> String { "http://127.0.0.1:\(server.boundPort)/" }

  @Test(arguments: [(0, 200), (1000, 200), (1001, 413), (300_000, 413), (20 << 20, 413)])
  func bodiesOverTheLimitAreRefused(size: Int, status: Int) async throws {
    var limits = ServerLimits()
    limits.maxBodyBytes = 1000
    let server = try start(limits)
    var request = WebRequest(.post, url(server), body: [UInt8](repeating: 65, count: size))
    // A client that asks first need not send 20 MB in vain.
    if size > 16 << 20 { request.headers["Expect"] = "100-continue" }
    let response = try await client.send(request)
    #expect(response.status == status)
    #expect(status == 200 || response.text.contains("limit of 1000 bytes"))
    #expect(server.counters.rejectedTooLarge == (status == 413 ? 1 : 0))
    #expect(server.counters.requests == (status == 200 ? 1 : 0))
    await server.stop()
  }

  @Test func chunksOverTheLimitAreRefused() async throws {
    var limits = ServerLimits()
    limits.maxBodyBytes = 1000
    let server = try start(limits)
    let connection = try RawConnection(port: server.boundPort)
    connection.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in 0..<3 { connection.send("200\r\n" + String(repeating: "a", count: 512) + "\r\n") }
    connection.send("0\r\n\r\n")
    #expect(try await connection.read(until: "bytes").hasPrefix("HTTP/1.1 413 "))
    await server.stop()
  }

  @Test(arguments: [(1000, 200), (9000, 431), (200_000, 431)])
  func headersOverTheLimitAreRefused(size: Int, status: Int) async throws {
    var limits = ServerLimits()
    limits.maxHeaderBytes = 8 << 10
    let server = try start(limits)
    let connection = try RawConnection(port: server.boundPort)
    connection.send(
      "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Long: "
        + String(repeating: "a", count: size) + "\r\n\r\n")
    #expect(try await connection.read().hasPrefix("HTTP/1.1 \(status) "))
    await server.stop()
    #expect(server.counters.connectionsOpen == 0)
  }

  @Test func requestsOverTheLimitAreAnsweredAtOnce() async throws {
    var limits = ServerLimits()
    limits.maxRequestsInFlight = 2
    let gate = Gate(opensAt: 3)
    let server = try start(limits) { _ in
      await gate.arrive()
      return .text("done")
    }
    let address = url(server)
    async let first = client.send(WebRequest(.get, address))
    async let second = client.send(WebRequest(.get, address))
    try await eventually("two handlers run") { server.counters.requestsInFlight == 2 }
    let third = try await client.send(WebRequest(.get, address))
    #expect(third.status == 503)
    #expect(third.headers["Retry-After"] == "1")
    #expect(server.counters.rejectedBusy == 1)
    await gate.arrive()
    #expect(try await first.text == "done")
    #expect(try await second.text == "done")
    await server.stop()
  }

  @Test func connectionsOfOneAddressAreBounded() async throws {
    var limits = ServerLimits()
    limits.maxConnectionsPerAddress = 2
    let server = try start(limits)
    let connections = try (0..<2).map { _ in try RawConnection(port: server.boundPort) }
    try await eventually("both are accepted") { server.counters.connectionsOpen == 2 }
    let third = try RawConnection(port: server.boundPort)
    third.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(try await third.read() == "")
    try await eventually("it is counted") { server.counters.rejectedConnections == 1 }
    connections[0].send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(try await connections[0].read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200"))
    await server.stop()
  }

  @Test func silentConnectionsAreClosed() async throws {
    var limits = ServerLimits()
    limits.idleTimeout = .seconds(1)
    let server = try start(limits)
    let connection = try RawConnection(port: server.boundPort)
    connection.send("GET / HTTP/1.1\r\nHo")
    _ = try await connection.read()
    try await eventually("the connection is closed") { server.counters.connectionsOpen == 0 }
    await server.stop()
  }

  @Test(arguments: [
    "GET\r\n\r\n", "\0\0\0\0\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "nonsense\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "GET /?q=%4 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "GET noslash HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "GET / HTTP/1.1\r\nHost x\r\n\r\n", "\u{16}\u{03}\u{01}\u{02}hello TLS\r\n\r\n", "",
  ])
  func malformedRequestsNeverReachAHandler(text: String) async throws {
    var limits = ServerLimits()
    limits.idleTimeout = .seconds(1)
    let server = try start(limits)
    let connection = try RawConnection(port: server.boundPort)
    connection.send(text)
    let answer = try await connection.read()
    #expect(
      answer.isEmpty || answer.hasPrefix("HTTP/1.1 4") || answer.hasPrefix("HTTP/1.1 5")
        || answer.hasPrefix("HTTP/1.0 4"))
    #expect(server.counters.requests == 0)
    // The server still works, and no state of the exchange remains.
    let next = try await client.send(WebRequest(.get, url(server)))
    #expect(next.status == 200)
    await server.stop()
    #expect(server.counters.connectionsOpen == 0)
  }
}
