import Synchronization
import TestSupport
import Testing
import WebClient
import WebServer

@Suite struct HTTPServerTests {
  static let local = ListenAddress(host: "127.0.0.1", port: 0)
  let client = WebClient()

  private func server(
    limits: ServerLimits = ServerLimits(), _ handler: @escaping HTTPHandler
  ) throws -> HTTPServer {
    try HTTPServer.start(on: Self.local, limits: limits, handler: handler)
  }

  private func url(_ server: HTTPServer, _ path: String) -> String {
    "http://127.0.0.1:\(server.boundPort)\(path)"
  }

  @Test func answersWithWhatTheHandlerSays() async throws {
    let server = try server { request in
      var response = HTTPResponse.json(
        Array("{\"q\":\"\(request.form["q"] ?? "")\"}".utf8), status: 201)
      response.headers.append("X-From", request.remoteAddress)
      response.headers.append("X-Method", request.method.rawValue)
      response.headers.append("X-Agent", request.headers["user-agent"] ?? "")
      return response
    }
    var request = WebRequest(.post, url(server, "/x?a=b"), body: Array("q=1+2".utf8))
    request.headers["Content-Type"] = "application/x-www-form-urlencoded"
    let response = try await client.send(request)
    #expect(response.status == 201)
    #expect(response.text == "{\"q\":\"1 2\"}")
    #expect(response.headers["x-from"] == "127.0.0.1")
    #expect(response.headers["X-METHOD"] == "POST")
    #expect(response.headers["X-Agent"] == "Tocsin")
    #expect(response.headers["Content-Type"] == "application/json")
    #expect(response.headers["X-Content-Type-Options"] == "nosniff")
    await server.stop()
    #expect(server.counters.requests == 1)
    #expect(server.counters.responses == [201: 1])
  }

  @Test func headIsAnsweredFromGetWithoutABody() async throws {
    var router = Router()
    router.get("/metrics") { _ in .text("hello") }
    let server = try HTTPServer.start(on: Self.local, router: router)
    let connection = try RawConnection(port: server.boundPort)
    connection.send("HEAD /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    let answer = try await connection.read()
    #expect(answer.hasPrefix("HTTP/1.1 200 "))
    #expect(answer.contains("\r\nContent-Length: 5\r\n"))
    #expect(answer.hasSuffix("\r\n\r\n"))
    await server.stop()
  }

  /// Chunks of very different sizes, including empty ones and none at all, arrive as one body.
  @Test(arguments: [[], [0], [1], [0, 5, 0], [300_000, 1, 0, 70_000], [64 << 10, 64 << 10]])
  func partsArriveAsOneBody(sizes: [Int]) async throws {
    let bytes: @Sendable (Int) -> [UInt8]? = { number in
      guard number < sizes.count else { return nil }
      return (0..<sizes[number]).map { UInt8(ascii: "a") + UInt8(($0 + number) % 26) }
    }
    let server = try server { _ in
      var response = HTTPResponse.json(Array("start,".utf8))
      response.parts = bytes
      return response
    }
    let expected = Array("start,".utf8) + sizes.indices.flatMap { bytes($0) ?? [] }
    for isCompressed in [false, true, false] {
      var request = WebRequest(.get, url(server, "/"))
      request.acceptCompression = isCompressed
      let answer = try await client.send(request)
      #expect(answer.status == 200)
      #expect(answer.body == expected)
    }
    let head = try RawConnection(port: server.boundPort)
    head.send("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    #expect(try await head.read().hasSuffix("\r\n\r\n"))
    await server.stop()
    #expect(server.counters.bodyBytes > 0)
  }

  /// A client that disconnects in the middle of a body releases the source of its chunks.
  @Test func aClientThatLeavesReleasesTheParts() async throws {
    final class Held: Sendable {}
    let held = Mutex<[WeakHeld]>([])
    struct WeakHeld: @unchecked Sendable { weak var value: Held? }
    let server = try server { _ in
      let object = Held()
      held.withLock { $0.append(WeakHeld(value: object)) }
      var response = HTTPResponse.json([])
      response.parts = { _ in
        _ = object
        return [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
      }
      return response
    }
    var connection: RawConnection? = try RawConnection(port: server.boundPort)
    connection?.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    _ = try await connection?.read(until: "xxxx")
    #expect(held.withLock { $0.first?.value } != nil)
    connection = nil
    try await eventually("the parts are released") {
      held.withLock { $0.count == 1 && $0.first?.value == nil }
    }
    await server.stop()
  }

  @Test func unknownPathsAndMethodsAreRefused() async throws {
    var router = Router()
    router.get("/metrics") { _ in .text("hello") }
    let server = try HTTPServer.start(on: Self.local, router: router)
    let missing = try await client.send(WebRequest(.get, url(server, "/nothing")))
    #expect(missing.status == 404)
    let wrong = try await client.send(WebRequest(.delete, url(server, "/metrics")))
    #expect(wrong.status == 405)
    #expect(wrong.headers["Allow"] == "GET, HEAD")
    await server.stop()
  }

  @Test func compressesForClientsThatTakeIt() async throws {
    let text = (0..<2000).map { "some_metric{number=\"\($0)\"} \($0)\n" }.joined()
    let server = try server { _ in .text(text) }
    let packed = try await client.send(WebRequest(.get, url(server, "/")))
    #expect(packed.headers["Content-Encoding"] == "gzip")
    #expect(packed.text == text)
    var request = WebRequest(.get, url(server, "/"))
    request.headers["Accept-Encoding"] = "gzip;q=0"
    request.acceptCompression = false
    let plain = try await client.send(request)
    #expect(plain.headers["Content-Encoding"] == nil)
    #expect(plain.text == text)
    await server.stop()
  }

  /// Large bodies are sent part by part.
  @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 3_000_001])
  func bodiesOfAnySizeArriveWhole(size: Int) async throws {
    let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 11) }
    let server = try HTTPServer.start(on: ListenAddress(host: "127.0.0.1", port: 0)) { _ in
      HTTPResponse(body: body)
    }
    let answer = try await client.send(WebRequest(.get, "http://127.0.0.1:\(server.boundPort)/"))
    #expect(answer.body == body)
    #expect(answer.headers["Content-Length"] == "\(size)")
    await server.stop()
  }

  @Test func connectionsAreReused() async throws {
    let server = try server { .text("<\($0.path)>") }
    let connection = try RawConnection(port: server.boundPort)
    for path in ["/a", "/b", "/c"] {
      connection.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try await connection.read(until: "<\(path)>").contains("200 OK"))
    }
    // Three requests in one packet are answered in order.
    connection.send(["/1", "/2", "/3"].map { "GET \($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
    let answers = try await connection.read(until: "</3>")
    #expect(answers.contains("</1>") && answers.contains("</2>"))
    #expect(server.counters.connections == 1)
    #expect(server.counters.requests == 6)
    await server.stop()
  }

  @Test func bodiesMayComeInChunks() async throws {
    let server = try server { .text("<\(String(decoding: $0.body, as: UTF8.self))>") }
    let connection = try RawConnection(port: server.boundPort)
    connection.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    connection.send("3\r\nabc\r\n")
    connection.send("2\r\nde\r\n0\r\n\r\n")
    #expect(try await connection.read(until: "<abcde>").contains("<abcde>"))
    await server.stop()
  }

  @Test func headersCannotBeForgedByValues() async throws {
    let server = try server { request in
      HTTPResponse(
        headers: ["X-Bad": "a\r\nX-Forged: 1", "X-Good": "g", "Content-Length": "3"],
        body: Array("hello".utf8))
    }
    let response = try await client.send(WebRequest(.get, url(server, "/")))
    #expect(response.headers["X-Forged"] == nil)
    #expect(response.headers["X-Good"] == "g")
    #expect(response.text == "hello")
    await server.stop()
  }

  @Test func aHundredSlowHandlersRunAtTheSameTime() async throws {
    let gate = Gate(opensAt: 100)
    let server = try server { request in
      await gate.arrive()
      return .text(request.path)
    }
    // No handler ends before all hundred run: one thread per request or a queue would block here.
    let texts = try await withThrowingTaskGroup(of: String.self) { group in
      for number in 0..<100 {
        group.addTask { [client] in
          try await client.send(WebRequest(.get, url(server, "/\(number)"))).text
        }
      }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(texts == Set((0..<100).map { "/\($0)" }))
    #expect(server.counters.requestsInFlight == 0)
    await server.stop()
  }

  @Test func clientsThatGoAwayLeaveNothingBehind() async throws {
    let gate = Gate(opensAt: 11)
    // With epoll, libmicrohttpd can miss that a client has disconnected directly after its last
    // bytes: then the idle timeout ends the connection.
    var limits = ServerLimits()
    limits.idleTimeout = .seconds(1)
    let server = try server(limits: limits) { _ in
      await gate.arrive()
      return .text(String(repeating: "x", count: 1 << 20))
    }
    do {
      let connections = try (0..<10).map { _ in try RawConnection(port: server.boundPort) }
      for connection in connections { connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n") }
      try await eventually("ten handlers run") { server.counters.requestsInFlight == 10 }
    }
    // Half of a body, and then nothing more.
    do {
      let connection = try RawConnection(port: server.boundPort)
      connection.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
    }
    await gate.arrive()
    try await eventually("all connections are closed") {
      server.counters.requestsInFlight == 0 && server.counters.connectionsOpen == 0
        && server.counters.connections == 11
    }
    await server.stop()
  }

  @Test func portZeroIsAFreePort() async throws {
    let first = try server { _ in .text("1") }
    let second = try server { _ in .text("2") }
    #expect(first.boundPort != second.boundPort)
    #expect(first.boundPort > 0)
    #expect(first.address.description == "127.0.0.1:\(first.boundPort)")
    await first.stop()
    await second.stop()
  }

  @Test(arguments: ["127.0.0.1", "", "localhost", "0.0.0.0"])
  func aPortInUseIsAnError(host: String) async throws {
    let first = try server { _ in .text("1") }
    let address = ListenAddress(host: host, port: first.boundPort)
    let error = #expect(throws: WebServerError.addressInUse(address)) {
      try HTTPServer.start(on: address) { _ in .text("2") }
    }
    #expect(error?.description.contains("\(address): the port is in use; stop the program") == true)
    await first.stop()
    // The port is free again afterwards, although connections of the first server may linger.
    let again = try HTTPServer.start(on: address) { _ in .text("3") }
    await again.stop()
  }

  @Test func otherAddressesFailWithTheirReasons() {
    let foreign = ListenAddress(host: "192.0.2.1", port: 0)
    #expect(throws: WebServerError.addressNotLocal(foreign)) {
      try HTTPServer.start(on: foreign) { _ in .text("") }
    }
    let unknown = ListenAddress(host: "no-such-host.invalid", port: 0)
    let error = #expect(throws: WebServerError.self) {
      try HTTPServer.start(on: unknown) { _ in .text("") }
    }
    #expect(error?.description.contains("no-such-host.invalid:0") == true)
  }

  @Test func allInterfacesTakeBothProtocols() async throws {
    let server = try HTTPServer.start(on: ListenAddress(host: "", port: 0)) {
      .text($0.remoteAddress)
    }
    let response = try await client.send(WebRequest(.get, url(server, "/")))
    #expect(response.text == "127.0.0.1")
    await server.stop()
  }
}

/// Suspends tasks until enough of them have arrived.
final class Gate: Sendable {
  private struct State {
    var missing: Int
    var waiting: [CheckedContinuation<Void, Never>] = []
  }
  private let state: Mutex<State>

  init(opensAt count: Int) { state = Mutex(State(missing: count)) }

  func arrive() async {
    await withCheckedContinuation { continuation in
      let ready = state.withLock { state in
        state.missing -= 1
        state.waiting.append(continuation)
        guard state.missing <= 0 else { return [CheckedContinuation<Void, Never>]() }
        defer { state.waiting = [] }
        return state.waiting
      }
      for continuation in ready { continuation.resume() }
    }
  }
}
