import Foundation
import TestSupport
import Testing
import WebClient

/// The limits of queries, and the end of a query whose client disconnects, with the built program.
@Suite(.timeLimit(.minutes(20)))
struct QueryLimitTests {
  /// Minutes of work without any data: 10,000 windows of 100,000 values each.
  private static let expensive = """
    query_range?query=quantile_over_time(0.5,vector(1)%5B100000s:1s%5D)&start=0&end=10000&step=1
    """

  private func start(_ folder: TemporaryDirectory, _ flags: String...) async throws -> Daemon {
    let evaluator = try await Daemon.evaluator(
      configuration: try folder.write("{}", to: "p.yml"), storage: folder.file("data"),
      flags: flags)
    let lines = (0..<2_000).map { "m{n=\"\($0 % 20)\"} \($0) \(1_700_000_000 + $0 / 20)\n" }
    let file = try folder.write("# TYPE m gauge\n" + lines.joined() + "# EOF\n", to: "metrics")
    let process = try ChildProcess.start(
      Daemon.executable,
      ["import", file, "--url", "http://127.0.0.1:\(evaluator.port)/api/v1/write"])
    try #require(try await process.waitForExit() == 0, "\(process.output)")
    return evaluator
  }

  @Test func limitsEndAQueryAndSayTheirNames() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-limits")
    let evaluator = try await start(
      folder, "--query.timeout=10s", "--query.max-samples=400000", "--query.max-concurrency=3",
      "--query.lookback-delta=10s")
    let flags = try JSON(try await evaluator.get("/api/v1/status/flags").body)["data"]
    let wanted = [
      "query.timeout": "10s", "query.max-samples": "400000", "query.max-concurrency": "3",
      "query.lookback-delta": "10s",
    ]
    for (flag, value) in wanted { #expect(flags[flag].string == value, "\(flag)") }

    let slow = try await evaluator.get("/api/v1/" + Self.expensive)
    #expect(slow.status == 503)
    #expect(slow.text.contains(#""errorType":"timeout""#))
    #expect(slow.text.contains("query timed out in query execution (query.timeout = 10s)"))

    for query in ["sum_over_time(vector(1)%5B900000s:1s%5D)", "m%5B100s:1ms%5D"] {
      let large = try await evaluator.get("/api/v1/query?query=\(query)&time=1700000099")
      #expect(large.status == 422)
      #expect(large.text.contains("(query.max-samples = 400000)"), "\(large.text)")
    }
    #expect(try await evaluator.value("count(m @ 1700000108)") == 20)
    #expect(try await evaluator.value("count(m @ 1700000109)") == nil)
    let ended = try await evaluator.get("/metrics").text
    #expect(ended.contains(#"tocsin_queries_total{outcome="timeout"} 1"#))
    #expect(ended.contains(#"tocsin_queries_total{outcome="max_samples"} 2"#))
    #expect(ended.contains("prometheus_engine_queries_concurrent_max 3"))
  }

  @Test func aClientThatGoesAwayCancelsItsQuery() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-gone")
    let evaluator = try await start(folder, "--query.max-concurrency=1")
    let url = "http://127.0.0.1:\(evaluator.port)/api/v1/" + Self.expensive
    let client = try ChildProcess.start("curl", ["-sS", url])
    try await eventually("the query runs") {
      try await evaluator.ownMetric("prometheus_engine_queries") == 1
    }
    let second = try ChildProcess.start("curl", ["-sS", url])
    try await eventually("a second one waits") {
      try await evaluator.ownMetric("tocsin_queries_waiting") == 1
    }
    second.signal(SIGKILL)
    client.signal(SIGKILL)
    try await eventually("both are gone") {
      try await evaluator.ownMetric("prometheus_engine_queries") == 0
    }
    let metrics = try await evaluator.get("/metrics").text
    #expect(metrics.contains(#"tocsin_queries_total{outcome="canceled"} 2"#))
    #expect(metrics.contains("tocsin_http_requests_abandoned_total 2"))
    // The limiter's only place is free again.
    #expect(try await evaluator.value("count(m @ 1700000099)") == 20)
  }

  @Test func explainsAQueryOfAServerAndOfAFolder() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-explain")
    let evaluator = try await start(folder)
    let query = "sum by (n) (rate(m{n=~\"1.\"}[1m]))"
    let places = [
      ["--url", "http://127.0.0.1:\(evaluator.port)"], ["--storage.path", folder.file("data")],
    ]
    for place in places {
      let process = try ChildProcess.start(
        Daemon.executable, ["query", "explain", query, "--time", "1700000099"] + place)
      #expect(try await process.waitForExit() == 0, "\(process.output)")
      let output = process.output
      #expect(output.contains("10 series, 1 step"), "\(output)")
      #expect(output.contains("samples: 600 read, 600 queryable"), "\(output)")
      #expect(output.contains("sum by (n)  [aggregates series into groups"), "\(output)")
      #expect(output.contains("    m{n=~\"1.\"}[1m]"), "\(output)")
    }
    let range = try ChildProcess.start(
      Daemon.executable,
      [
        "query", "explain", "m", "--start", "1700000000", "--end", "1700000060", "--step", "15s",
        "--json",
      ] + places[0])
    #expect(try await range.waitForExit() == 0, "\(range.output)")
    #expect(range.output.contains(#""steps":5"#), "\(range.output)")
    let broken = try ChildProcess.start(
      Daemon.executable, ["query", "explain", "sum("] + places[0])
    #expect(try await broken.waitForExit() == 1)
    #expect(broken.output.contains("parse error"), "\(broken.output)")
  }
}
