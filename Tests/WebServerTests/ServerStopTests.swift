import TestSupport
import Testing
import WebClient
import WebServer

@Suite struct ServerStopTests {
  let client = WebClient()

  private func start(_ handler: @escaping HTTPHandler) throws -> HTTPServer {
    try HTTPServer.start(on: ListenAddress(host: "127.0.0.1", port: 0), handler: handler)
  }

  private func url(_ server: HTTPServer) -> String { "http://127.0.0.1:\(server.boundPort)/" }

  @Test func runningHandlersMayEndAndTheirAnswersArrive() async throws {
    let gate = Gate(opensAt: 4)
    let server = try start { _ in
      await gate.arrive()
      return .text(String(repeating: "x", count: 1 << 20))
    }
    let address = url(server)
    async let answers = withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<3 {
        group.addTask { [client] in try await client.send(WebRequest(.get, address)).body.count }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    try await eventually("three handlers run") { server.counters.requestsInFlight == 3 }
    async let stopped: Void = server.stop(grace: .seconds(20))
    await gate.arrive()
    #expect(try await answers == [1 << 20, 1 << 20, 1 << 20])
    await stopped
    await #expect(throws: WebClientError.self) { try await client.send(WebRequest(.get, address)) }
  }

  @Test func hangingHandlersAreCancelledAndTheirClientsAnswered() async throws {
    let server = try start { _ in
      do {
        try await Task.sleep(for: .seconds(600))
        return .text("late")
      } catch {
        return .text("cancelled")
      }
    }
    let address = url(server)
    async let answer = client.send(WebRequest(.get, address))
    try await eventually("the handler runs") { server.counters.requestsInFlight == 1 }
    await server.stop(grace: .milliseconds(50))
    #expect(try await answer.status == 503)
    #expect(server.counters.requestsInFlight == 0)
  }

  @Test func handlersThatIgnoreCancellationDoNotHoldUpTheStop() async throws {
    let gate = Gate(opensAt: 2)
    let server = try start { _ in
      await gate.arrive()
      return .text("too late")
    }
    let address = url(server)
    async let answer = client.send(WebRequest(.get, address))
    try await eventually("the handler runs") { server.counters.requestsInFlight == 1 }
    await server.stop(grace: .milliseconds(50))
    #expect(try await answer.status == 503)
    await gate.arrive()
  }

  @Test func stoppingTwiceIsNoMistake() async throws {
    let server = try start { _ in .text("") }
    _ = try await client.send(WebRequest(.get, url(server)))
    await server.stop()
    await server.stop()
  }

  @Test func aServerThatIsLetGoStops() async throws {
    let port: Int
    do {
      let server = try start { _ in .text("") }
      port = server.boundPort
      _ = try await client.send(WebRequest(.get, url(server)))
    }
    try await eventually("the port is closed") { !FreePort.accepts(port) }
  }
}
