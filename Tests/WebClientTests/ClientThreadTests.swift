import Foundation
import TestSupport
import Testing
import WebClient
import WebServer

/// Tasks on the client's own thread, which complete even if the client is shut down.
@Suite struct ClientThreadTests {
  private static func thread() throws -> String {
    try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
  }

  @Test func waitingAndSendingStayOnOneThread() async throws {
    let server = try HTTPServer.start(
      on: ListenAddress(host: "127.0.0.1", port: 0), limits: ServerLimits()
    ) { .text("answer to \($0.path)") }
    let client = WebClient()
    let url = "http://127.0.0.1:\(server.boundPort)/"
    let threads = try await Task(executorPreference: client.executor) {
      var threads = [try Self.thread()]
      for round in 0..<20 {
        try await client.sleep(for: .milliseconds(1))
        threads.append(try Self.thread())
        // The same request repeatedly, and others in between.
        let path = round % 3 == 0 ? "other\(round)" : ""
        #expect(try await client.send(WebRequest(.get, url + path)).text == "answer to /\(path)")
        threads.append(try Self.thread())
      }
      return threads
    }.value
    #expect(Set(threads).count == 1)
    await server.stop()
  }

  @Test func sleepersWakeInTheOrderOfTheirTimes() async throws {
    let client = WebClient()
    let woken = await withTaskGroup(of: ContinuousClock.Instant.self) { group in
      for delay in [300, 100, 200, 0, 400] {
        group.addTask(executorPreference: client.executor) {
          // On a busy machine they may start late: only the order of their deadlines matters.
          let due = ContinuousClock.now + .milliseconds(delay)
          try? await client.sleep(for: .milliseconds(delay))
          return due
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(woken.count == 5 && woken == woken.sorted())
  }

  @Test func aCancelledSleepEndsAtOnce() async throws {
    let client = WebClient()
    let task = Task(executorPreference: client.executor) {
      try await client.sleep(for: .seconds(3600))
    }
    try await Task.sleep(for: .milliseconds(20))
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    await #expect(throws: CancellationError.self) {
      unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
      try await client.sleep(for: .seconds(3600))
    }
  }

  @Test func tasksOfAStoppedClientComeToTheirEnd() async throws {
    let client = WebClient()
    let tasks = (0..<50).map { number in
      Task(executorPreference: client.executor) {
        try? await client.sleep(for: .milliseconds(50))
        await Task.yield()
        return number
      }
    }
    client.shutDown()
    var numbers: [Int] = []
    for task in tasks { numbers.append(await task.value) }
    #expect(numbers == Array(0..<50))
    #expect(await Task(executorPreference: client.executor) { 7 }.value == 7)
  }
}
