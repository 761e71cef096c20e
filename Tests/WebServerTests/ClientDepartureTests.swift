import Synchronization
import TestSupport
import Testing
import WebClient
import WebServer

/// Handlers whose clients disconnect before the response.
@Suite struct ClientDepartureTests {
  let client = WebClient()

  /// Starts a server whose handler runs until it is cancelled, and counts that.
  private static func start(_ cancelled: Counter) throws -> HTTPServer {
    try HTTPServer.start(on: ListenAddress(host: "127.0.0.1", port: 0)) { request in
      guard request.path != "/quick" else { return .text("quick") }
      do {
        try await Task.sleep(for: .seconds(600))
      } catch {
        cancelled.add()
      }
      return .text("late")
    }
  }

  @Test(arguments: ["closes", "closes with data unread", "stops sending"])
  func aHandlerWhoseClientLeavesIsCancelled(how: String) async throws {
    let cancelled = Counter()
    let server = try Self.start(cancelled)
    var connection: RawConnection? = try RawConnection(port: server.boundPort)
    connection?.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
    if how == "closes with data unread" {
      connection?.send("GET /quick HTTP/1.1\r\nHost: x\r\n\r\n")
    }
    try await eventually("the handler runs") { server.counters.requestsInFlight == 1 }
    #expect(server.counters.abandoned == 0)
    if how == "stops sending" { connection?.stopSending() } else { connection = nil }
    try await eventually("the handler was cancelled") { cancelled.count == 1 }
    try await eventually("nothing is in flight") { server.counters.requestsInFlight == 0 }
    #expect(server.counters.abandoned >= 1)
    let answer = try await client.send(
      WebRequest(.get, "http://127.0.0.1:\(server.boundPort)/quick"))
    #expect(answer.body == Array("quick".utf8))
    await server.stop()
    _ = connection
  }

  @Test func aClientThatStaysIsLeftAlone() async throws {
    let cancelled = Counter()
    let server = try Self.start(cancelled)
    let connection = try RawConnection(port: server.boundPort)
    for _ in 0..<50 {
      connection.send("GET /quick HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try await connection.read(until: "quick").contains("200 OK"))
    }
    #expect(server.counters.abandoned == 0)
    #expect(cancelled.count == 0)
    await server.stop()
  }

  @Test func manyClientsMayLeaveAtOnce() async throws {
    let cancelled = Counter()
    let server = try Self.start(cancelled)
    do {
      var connections: [RawConnection] = []
      for _ in 0..<100 {
        let connection = try RawConnection(port: server.boundPort)
        connection.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        connections.append(connection)
      }
      try await eventually("all handlers run") { server.counters.requestsInFlight == 100 }
      connections.removeAll()
    }
    try await eventually("all were cancelled") { cancelled.count == 100 }
    try await eventually("all are closed") { server.counters.connectionsOpen == 0 }
    #expect(server.counters.abandoned == 100)
    await server.stop()
  }
}

private final class Counter: Sendable {
  private let value = Atomic<Int>(0)

  func add() { value.add(1, ordering: .relaxed) }
  var count: Int { value.load(ordering: .relaxed) }
}
