import Glibc
import TestSupport
import Testing
import WebClient
import WebServer

/// Faults while the evaluator runs are reported, and everything else goes on.
@Suite struct FaultTests {
  private static let rules = """
    groups:
      - name: g
        rules:
          - record: fails
            expr: up * on () up
          - record: works
            expr: vector(1)
    """

  /// Starts a target that responds as the test wants.
  private func target(_ body: String) throws -> HTTPServer {
    try HTTPServer.start(on: ListenAddress(host: "127.0.0.1", port: 0)) { _ in
      .text(body)
    }
  }

  private func configuration(
    _ folder: TemporaryDirectory, targets: [Int], rules: String
  ) throws -> String {
    _ = try folder.write(rules, to: "rules.yml")
    let addresses = targets.map { "127.0.0.1:\($0)" }.joined(separator: ", ")
    return try folder.write(
      """
      global: {scrape_interval: 5s, scrape_timeout: 5s, evaluation_interval: 1s}
      rule_files: [rules.yml]
      scrape_configs:
        - job_name: app
          static_configs: [{targets: [\(addresses)]}]
      """, to: "prometheus.yml")
  }

  @Test func aTargetWithTooManySeriesIsRefusedAsAWholeAndAllElseGoesOn() async throws {
    let good = try target("metric 1\n")
    let wide = try target((0..<500).map { "wide{n=\"\($0)\"} 1\n" }.joined())
    let folder = try TemporaryDirectory(prefix: "tocsin-series")
    let evaluator = try await Daemon.evaluator(
      configuration: try configuration(
        folder, targets: [good.boundPort, wide.boundPort], rules: Self.rules),
      storage: folder.file("data"), flags: ["--storage.max-series", "100"])
    try await evaluator.waitFor("count(up)", equals: 2)
    try await evaluator.waitFor("sum(up)", equals: 1)
    try await evaluator.waitFor("count(metric)", equals: 1)
    #expect(try await evaluator.query("wide").isEmpty)
    try await evaluator.waitFor("works", equals: 1)
    let targets = try JSON(try await evaluator.get("/api/v1/targets").body)
    let errors = targets["data"]["activeTargets"].array.compactMap { $0["lastError"].string }
    #expect(errors.contains { $0.contains("--storage.max-series = 100") }, "\(errors)")
    #expect(try await evaluator.ownMetric("tocsin_store_series_limit_reached_total") ?? 0 > 0)
    #expect(try await evaluator.stop() == 0)
  }

  @Test func aMalformedLineFailsItsScrapeAndARuleThatFailsLeavesItsNeighbours() async throws {
    let good = try target("metric 1\n")
    let bad = try target("metric 1\nthis is no metric {\n")
    let folder = try TemporaryDirectory(prefix: "tocsin-fault")
    let evaluator = try await Daemon.evaluator(
      configuration: try configuration(
        folder, targets: [good.boundPort, bad.boundPort], rules: Self.rules),
      storage: folder.file("data"))
    try await evaluator.waitFor("count(up)", equals: 2)
    try await evaluator.waitFor("sum(up)", equals: 1)
    try await evaluator.waitFor("count(metric)", equals: 1)

    let targets = try JSON(try await evaluator.get("/api/v1/targets").body)
    let down = targets["data"]["activeTargets"].array.filter { $0["health"].string == "down" }
    #expect(down.count == 1)
    let reason = down.first?["lastError"].string ?? ""
    #expect(reason.contains("line 2"), "\(reason)")

    // The API shows a rule's health when its evaluation has ended, a moment after its samples.
    var rules = JSON.null
    try await eventually("both rules were evaluated") {
      rules = try JSON(try await evaluator.get("/api/v1/rules").body)["data"]["groups"][0]["rules"]
      return rules.array.count == 2 && rules.array.allSatisfy { $0["health"].string != "unknown" }
    }
    #expect(rules[0]["health"].string == "err")
    #expect(rules[0]["lastError"].string?.isEmpty == false)
    #expect(rules[1]["health"].string == "ok")
    #expect(try await evaluator.value("works") == 1)
    await good.stop()
    await bad.stop()
  }

  @Test func aReloadIsAllOrNothing() async throws {
    let server = try target("metric 1\n")
    let folder = try TemporaryDirectory(prefix: "tocsin-reload")
    func write(_ rules: String) throws -> String {
      try configuration(folder, targets: [server.boundPort], rules: rules)
    }
    let file = try write("groups: [{name: g, rules: [{record: first, expr: 'vector(1)'}]}]")
    let evaluator = try await Daemon.evaluator(
      configuration: file, storage: folder.file("data"))
    try await evaluator.waitFor("first", equals: 1)

    _ = try write("groups: [{name: g, rules: [{record: second, expr: 'vector(1'}]}]")
    let refused = try await HTTP.client.send(
      WebRequest(.post, "http://127.0.0.1:\(evaluator.port)/-/reload"))
    #expect(refused.status == 500)
    #expect(refused.text.contains("rules.yml:1:"), "\(refused.text)")
    #expect(try await evaluator.ownMetric("prometheus_config_last_reload_successful") == 0)
    try await evaluator.waitForRounds(2)
    #expect(try await evaluator.value("first") == 1)

    _ = try write("groups: [{name: g, rules: [{record: second, expr: 'vector(2)'}]}]")
    evaluator.process.signal(SIGHUP)
    try await evaluator.waitFor("second", equals: 2)
    #expect(try await evaluator.ownMetric("prometheus_config_last_reload_successful") == 1)
    // The series of the removed rule has ended.
    try await eventually("the old series has ended") {
      try await evaluator.query("first").isEmpty
    }
    #expect(try await evaluator.stop() == 0)
    await server.stop()
  }

  @Test func aPlainFileIsEnoughToStart() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-plain")
    let evaluator = try await Daemon.evaluator(
      configuration: try folder.write("global: {}\n", to: "prometheus.yml"),
      storage: folder.file("data"))
    #expect(try await evaluator.value("1 + 1") == 2)
    #expect(try await evaluator.stop() == 0)
  }

  @Test func aSecondEvaluatorOnTheSameFolderIsRefused() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-second")
    let file = try folder.write("global: {}\n", to: "prometheus.yml")
    let first = try await Daemon.evaluator(configuration: file, storage: folder.file("data"))
    let second = try ChildProcess.start(
      Daemon.executable,
      [
        "evaluator", "--config.file", file, "--storage.path", folder.file("data"),
        "--web.listen-address", "127.0.0.1:0",
      ])
    #expect(try await second.waitForExit() == 1)
    #expect(second.output.contains("in use by pid \(first.process.pid)"), "\(second.output)")
    #expect(try await first.stop() == 0)
  }
}
