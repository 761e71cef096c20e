import TestSupport
import Testing
import WebClient
import WebServer

/// A request that is sent repeatedly, whatever its earlier results were.
@Suite struct PreparedRequestTests {
  let client = WebClient()

  /// Starts a server that answers with as many bytes as the number at the end of the path; `/slow…`
  /// is delayed.
  private func start() throws -> HTTPServer {
    try HTTPServer.start(
      on: ListenAddress(host: "127.0.0.1", port: 0), limits: ServerLimits()
    ) { request in
      if request.path.hasPrefix("/slow") { try? await Task.sleep(for: .milliseconds(20)) }
      let count = request.path.split(separator: "/").last.flatMap { Int($0) } ?? 0
      var response = HTTPResponse.text(String(repeating: "x", count: count))
      response.headers["X-Path"] = request.path
      return response
    }
  }

  /// The paths and sizes of the responses to requests that are sent five times each.
  private static func answers(_ client: WebClient, _ base: String) async throws -> [String] {
    var answers: [String] = []
    for path in ["/quick/0", "/quick/5", "/slow/7", "/quick/300000"] {
      let request = try PreparedRequest(WebRequest(.get, base + path))
      for _ in 0..<5 {
        let answer = try await client.send(request)
        answers.append("\(answer.headers["x-path"] ?? "-") \(answer.body.count)")
      }
    }
    return answers
  }

  @Test func answersOfAllKindsComeWhole() async throws {
    let server = try start()
    let client = client
    let base = "http://127.0.0.1:\(server.boundPort)"
    let expected = [("/quick", 0), ("/quick", 5), ("/slow", 7), ("/quick", 300_000)].flatMap {
      Array(repeating: "\($0)/\($1) \($1)", count: 5)
    }
    #expect(try await Self.answers(client, base) == expected)
    let onClientThread = Task(executorPreference: client.executor) {
      try await Self.answers(client, base)
    }
    #expect(try await onClientThread.value == expected)
    await server.stop()
  }

  @Test func severalTasksMaySendItAtOnce() async throws {
    let server = try start()
    let client = client
    let request = try PreparedRequest(
      WebRequest(.get, "http://127.0.0.1:\(server.boundPort)/quick/1000"))
    let counts = try await withThrowingTaskGroup(of: [Int].self) { group in
      for _ in 0..<8 {
        group.addTask {
          var counts: [Int] = []
          for _ in 0..<10 { counts.append(try await client.send(request).body.count) }
          return counts
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(counts == Array(repeating: 1000, count: 80))
    await server.stop()
  }

  @Test func aCancelledOneDoesNotEndTheNext() async throws {
    let server = try start()
    let client = client
    let request = try PreparedRequest(
      WebRequest(.get, "http://127.0.0.1:\(server.boundPort)/slow/3"))
    for round in 0..<10 {
      let task = Task { try await client.send(request).body.count }
      try await Task.sleep(for: .milliseconds(round % 3))
      task.cancel()
      await #expect(throws: WebClientError.cancelled) { try await task.value }
      #expect(try await client.send(request).body.count == 3)
    }
    await server.stop()
  }
}
