import Testing
import WebClient
import WebServer

@Suite struct RedirectTests {
  let client = WebClient()

  private func start(_ handler: @escaping HTTPHandler) throws -> HTTPServer {
    try HTTPServer.start(on: ListenAddress(host: "127.0.0.1", port: 0), handler: handler)
  }

  private static let show: HTTPHandler = { request in
    .text(
      "\(request.method) \(request.headers["Authorization"] ?? "-") \(request.headers["X-Key"] ?? "-") "
        + "\(request.headers["Accept"] ?? "-") \(String(decoding: request.body, as: UTF8.self))")
  }

  private func request(_ url: String) -> WebRequest {
    var request = WebRequest(.post, url, headers: ["X-Key": "k", "Accept": "a/b"], body: [98])
    request.credentials = .basic(username: "u", password: "p")
    return request
  }

  @Test(arguments: [
    (301, "GET Basic dTpw k a/b "), (302, "GET Basic dTpw k a/b "), (303, "GET Basic dTpw k a/b "),
    (307, "POST Basic dTpw k a/b b"), (308, "POST Basic dTpw k a/b b"),
  ])
  func followsOnTheSameHost(status: Int, expected: String) async throws {
    let server = try start { request in
      request.path == "/end" ? await Self.show(request) : .redirect(to: "end?x=1", status: status)
    }
    let response = try await client.send(request("http://127.0.0.1:\(server.boundPort)/start"))
    #expect(response.text == expected)
    #expect(response.redirects == 1)
    await server.stop()
  }

  @Test func nothingPrivateReachesAnotherHost() async throws {
    let other = try start(Self.show)
    let target = "http://127.0.0.1:\(other.boundPort)/"
    let server = try start { _ in .redirect(to: target, status: 307) }
    let response = try await client.send(request("http://127.0.0.1:\(server.boundPort)/"))
    #expect(response.text == "POST - - a/b b")
    #expect(response.effectiveOrigin == "http://127.0.0.1:\(other.boundPort)")
    await server.stop()
    await other.stop()
  }

  @Test func redirectsCanBeLeftAlone() async throws {
    let server = try start { _ in .redirect(to: "/end") }
    var request = request("http://127.0.0.1:\(server.boundPort)/")
    request.followRedirects = false
    let response = try await client.send(request)
    #expect(response.status == 302)
    #expect(response.headers["Location"] == "/end")
    await server.stop()
  }

  @Test func circlesEnd() async throws {
    let server = try start { _ in .redirect(to: "/again") }
    let origin = "http://127.0.0.1:\(server.boundPort)"
    await #expect(throws: WebClientError.tooManyRedirects(origin: origin, limit: 10)) {
      try await client.send(request(origin + "/"))
    }
    #expect(server.counters.requests == 11)
    await server.stop()
  }

  @Test(arguments: [
    "file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/", "http://",
    "smtp://127.0.0.1/",
    "http://host:99999/SECRET",
  ])
  func onlyHTTPIsFollowed(location: String) async throws {
    let server = try start { _ in .redirect(to: location) }
    let origin = "http://127.0.0.1:\(server.boundPort)"
    let error = await #expect(throws: WebClientError.self) {
      try await client.send(request(origin + "/"))
    }
    #expect(error?.description == "\(origin): redirect to a URL that cannot be followed")
    await server.stop()
  }
}
