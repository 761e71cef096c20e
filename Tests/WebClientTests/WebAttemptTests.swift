import TestSupport
import Testing
import WebClient
import WebServer

@Suite struct WebAttemptTests {
  private let client = WebClient()

  private func start(_ handler: @escaping HTTPHandler) throws -> HTTPServer {
    try HTTPServer.start(on: ListenAddress(host: "127.0.0.1", port: 0), handler: handler)
  }

  @Test func anAddressReplacesTheLookupAndNothingElse() async throws {
    let server = try start { .text($0.headers["Host"] ?? "") }
    var request = WebRequest(.get, "http://shop.invalid:\(server.boundPort)/")
    request.address = "127.0.0.1"
    #expect(try await client.send(request).text == "shop.invalid:\(server.boundPort)")
    await server.stop()
  }

  @Test func redirectsToOtherHostsLeaveTheAddress() async throws {
    let server = try start { _ in .redirect(to: "http://other.invalid/") }
    var request = WebRequest(.get, "http://shop.invalid:\(server.boundPort)/")
    request.address = "127.0.0.1"
    let attempt = await client.attempt(request)
    #expect(throws: WebClientError.resolve(origin: "http://other.invalid:80")) {
      try attempt.result.get()
    }
    #expect(attempt.redirects == 1)
    #expect(attempt.timings.total > .zero)
    await server.stop()
  }

  @Test func aConnectionCanBeAllThatIsWanted() async throws {
    let server = try start { _ in .text("") }
    var request = WebRequest(.get, "http://127.0.0.1:\(server.boundPort)/")
    request.connectsOnly = true
    #expect(try await client.send(request).status == 0)
    // No request was sent.
    #expect(server.counters.requests == 0)
    await server.stop()
    request = WebRequest(.get, "http://127.0.0.1:\(try FreePort.next())/")
    request.connectsOnly = true
    await #expect(throws: WebClientError.self) { try await client.send(request) }
  }

  @Test func endpointsShowWhereAURLLeads() throws {
    let endpoint = try WebEndpoint(url: "https://u:p@[2001:db8::1]/x?y")
    #expect(endpoint.scheme == "https")
    #expect(endpoint.host == "2001:db8::1")
    #expect(endpoint.port == 443)
    #expect(endpoint.hasCredentials)
    #expect(throws: WebClientError.self) { try WebEndpoint(url: "ftp://host/") }
  }
}
