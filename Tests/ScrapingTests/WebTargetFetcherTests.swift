import Configuration
import Glibc
import Logging
import MetricModel
import Synchronization
import Testing
import TestSupport
import WebClient
import WebServer

@testable import Scraping

/// Scrapes of a real HTTP server on loopback.
@Suite(.timeLimit(.minutes(20)))
struct WebTargetFetcherTests {
  private static func serve(_ handler: @escaping HTTPHandler) throws -> HTTPServer {
    try HTTPServer.start(on: ListenAddress(host: "127.0.0.1", port: 0), handler: handler)
  }

  private static func fetch(
    _ server: HTTPServer, _ change: (inout ScrapeJob) -> Void = { _ in }
  ) async throws -> ScrapeAnswer {
    let fetcher = WebTargetFetcher(client: WebClient())
    return try await fetcher.fetch(try target("127.0.0.1:\(server.boundPort)", change))
  }

  @Test func requestsAreThoseOfPrometheus() async throws {
    let box = Box()
    let server = try Self.serve { request in
      box.value.withLock { $0 = request }
      return .text("m 1\n")
    }
    let answer = try await Self.fetch(server) { job in
      job.metricsPath = "/probe"
      job.params = ["target": ["a b"]]
      job.timeout = .seconds(7)
      job.client.authorization = .basic(username: "u", password: .inline("p"))
      job.client.headers = [.init(name: "X-Scope-OrgID", value: .inline("one"))]
    }
    #expect(String(decoding: answer.body, as: UTF8.self) == "m 1\n")
    let request = try #require(box.value.withLock { $0 })
    #expect(request.path == "/probe")
    #expect(request.query["target"] == "a b")
    #expect(request.headers["X-Prometheus-Scrape-Timeout-Seconds"] == "7")
    #expect(request.headers["User-Agent"] == TocsinVersion.userAgent)
    #expect(request.headers["Accept"] == WebTargetFetcher.accept(ScrapeProtocol.standard))
    #expect(request.headers["Accept-Encoding"]?.contains("gzip") == true)
    #expect(request.headers["Authorization"] == "Basic dTpw")
    #expect(request.headers["X-Scope-OrgID"] == "one")
    await server.stop()
  }

  @Test func decompressesGzip() async throws {
    let text = (0..<5000).map { "some_metric{line=\"\($0)\"} \($0)\n" }.joined()
    let server = try Self.serve { _ in .text(text) }
    let answer = try await Self.fetch(server)
    #expect(answer.body == Array(text.utf8))
    #expect(answer.contentType?.contains("text/plain") == true)
    await server.stop()
  }

  @Test func failuresHaveAReason() async throws {
    let server = try Self.serve { request in
      switch request.path {
      case "/slow":
        try? await Task.sleep(for: .seconds(30))
        return .text("late 1\n")
      case "/huge": return .text(String(repeating: "m 1\n", count: 100_000))
      default: return .text("no", status: 500)
      }
    }
    await #expect(throws: ScrapeFailure.timedOut(seconds: 0.2)) {
      try await Self.fetch(server) {
        $0.metricsPath = "/slow"
        $0.timeout = .milliseconds(200)
      }
    }
    await #expect(throws: ScrapeFailure.bodyTooLarge(limit: 1000)) {
      try await Self.fetch(server) {
        $0.metricsPath = "/huge"
        $0.limits.bodySize = 1000
      }
    }
    await #expect(throws: ScrapeFailure.status(500)) { try await Self.fetch(server) }
    await server.stop(grace: .milliseconds(100))
  }

  @Test func aRefusedConnectionIsReported() async throws {
    let fetcher = WebTargetFetcher(client: WebClient())
    let target = try target("127.0.0.1:\(try FreePort.next())")
    await #expect {
      try await fetcher.fetch(target)
    } throws: {
      "\($0)".contains("connection refused")
    }
  }

  @Test func readsSecretsFromFilesEachTime() async throws {
    let folder = try TemporaryDirectory()
    let path = try folder.write("one\n", to: "token")
    let server = try Self.serve { .text($0.headers["Authorization"] ?? "none") }
    let target = try target("127.0.0.1:\(server.boundPort)") {
      $0.client.authorization = .scheme("Bearer", credentials: .file(path))
    }
    let fetcher = WebTargetFetcher(client: WebClient()).fetcher(for: target)
    for secret in ["one", "one", "two", "one"] {
      try folder.write(secret, to: "token")
      #expect(try await fetcher.fetch(target).body == Array("Bearer \(secret)".utf8))
    }
    unsafe unlink(path)
    await #expect(throws: ScrapeFailure.self) { try await fetcher.fetch(target) }
    await server.stop()
  }

  @Test func scrapesARealServerIntoAStore() async throws {
    let server = try Self.serve { request in
      request.path == "/bad" ? .text("<html>\n") : .text("# TYPE m gauge\nm{a=\"b\"} 1\n")
    }
    let address = "127.0.0.1:\(server.boundPort)"
    var good = ScrapeJob(name: "good")
    good.staticTargets = [TargetGroup(addresses: [address])]
    var bad = good
    bad.name = "bad"
    bad.metricsPath = "/bad"
    let appender = MemoryAppender()
    let scheduler = TargetScheduler(
      appender: appender, fetcher: WebTargetFetcher(client: WebClient()),
      logger: .init(label: "test"))
    await scheduler.apply([good, bad])
    await scheduler.firstRound()
    let targets = await scheduler.targets()
    #expect(targets.map(\.health) == [.down, .up])
    #expect(targets.first?.lastError.contains("line 1: expected a metric name") == true)
    let samples = appender.samples
    #expect(
      samples.contains {
        $0.labels == ["__name__": "m", "a": "b", "instance": address, "job": "good"]
      })
    #expect(samples.contains { $0.labels.metricName == "up" && $0.value == 0 })
    await scheduler.stop()
    await server.stop()
  }
}

/// A mutex that closures can share.
private final class Box: Sendable {
  let value = Mutex<HTTPRequest?>(nil)
}
