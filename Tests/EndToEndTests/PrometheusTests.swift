import Foundation
import TestSupport
import Testing
import WebClient

/// Debian's Prometheus scrapes the exporter with real servers behind it, and promtool checks its
/// names.
@Suite struct PrometheusTests {
  @Test func prometheusScrapesTheExporterWithoutAWarning() async throws {
    let postgres = try await ThrowawayPostgres.start()
    let redis = try await ThrowawayRedis.start()
    let exporter = try await Daemon.exporter(
      environment: ["DATABASE_URL": postgres.url, "REDIS_URL": redis.url])
    let folder = try TemporaryDirectory(prefix: "tocsin-prometheus")
    let configuration = try folder.write(
      """
      global: {scrape_interval: 3s}
      scrape_configs:
        - job_name: tocsin
          static_configs: [{targets: ["127.0.0.1:\(exporter.port)"]}]
      """, to: "prometheus.yml")
    let reference = try await Daemon.prometheus(
      configuration: configuration, storage: folder.file("data"), flags: ["--log.level=debug"])

    try await reference.waitFor(#"up{job="tocsin"}"#, equals: 1)
    try await reference.waitFor("pg_up", equals: 1)
    try await reference.waitFor("redis_up", equals: 1)
    try await reference.waitFor("count(count_over_time(up[5m]) >= 3)", equals: 1)
    let complaints = reference.process.output.split(separator: "\n").filter {
      $0.contains("level=warn") || $0.contains("level=error") || $0.contains("append failed")
    }
    #expect(complaints.isEmpty)
    #expect(try await reference.value("scrape_samples_scraped") ?? 0 > 500)
    #expect(
      try await reference.value("scrape_samples_post_metric_relabeling")
        == (try await reference.value("scrape_samples_scraped")))
  }

  @Test func promtoolComplainsOnlyOfNamesOfTheReferenceExporters() async throws {
    let postgres = try await ThrowawayPostgres.start()
    let redis = try await ThrowawayRedis.start()
    let exporter = try await Daemon.exporter(
      environment: ["DATABASE_URL": postgres.url, "REDIS_URL": redis.url])
    try await eventually("both servers are up") {
      let text = try await exporter.get("/metrics").text
      return text.contains("\npg_up{") && text.contains("} 1") && text.contains("\nredis_up 1")
    }
    let folder = try TemporaryDirectory(prefix: "tocsin-promtool")
    let metrics = try folder.write(try await exporter.get("/metrics").text, to: "metrics")
    let promtool = try ChildProcess.start(
      "sh", ["-c", "promtool check metrics < \(metrics); echo status $?"])
    _ = try await promtool.waitForExit()
    let lines = promtool.output.split(separator: "\n").map(String.init)
    #expect(lines.last == "status 0" || lines.last == "status 3", "\(promtool.output)")
    // The form of a complaint is "NAME WHAT".
    let known = try Self.referenceNames()
    let unknown = lines.dropLast().filter { line in
      !known.contains { line.hasPrefix($0.isPrefix ? $0.name : $0.name + " ") }
    }
    #expect(unknown.isEmpty)
  }

  /// The names of the reference exporters that promtool complains of; a star at the end makes a
  /// prefix.
  private static func referenceNames() throws -> [(name: String, isPrefix: Bool)] {
    let list = try String(
      contentsOfFile: "\(Daemon.repository)/Tests/EndToEndTests/Fixtures/reference-names.txt",
      encoding: .utf8)
    return list.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { name in
      (String(name.prefix { $0 != "*" }), name.hasSuffix("*"))
    }
  }

  @Test func aHungServerNeitherDelaysNorFailsTheScrape() async throws {
    let postgres = try await ThrowawayPostgres.start()
    let redis = try await ThrowawayRedis.start()
    let exporter = try await Daemon.exporter(
      environment: ["DATABASE_URL": postgres.url, "REDIS_URL": redis.url])
    try await eventually("both servers are up") {
      let text = try await exporter.get("/metrics").text
      return text.contains("} 1\n# HELP pg_") || text.contains("\nredis_up 1")
    }
    postgres.pause()
    redis.pause()
    let response = try await exporter.get(
      "/metrics", headers: [("X-Prometheus-Scrape-Timeout-Seconds", "5")])
    postgres.resume()
    redis.resume()
    #expect(response.status == 200)
    #expect(response.text.contains("\nredis_up 0\n"))
    #expect(
      response.text.split(separator: "\n").contains { $0.hasPrefix("pg_up{") && $0.hasSuffix(" 0") }
    )
    #expect(response.text.contains("\nnode_load1 "))
    try await eventually("both servers are seen again") {
      let text = try await exporter.get("/metrics").text
      return text.contains("\nredis_up 1\n")
        && text.split(separator: "\n").contains { $0.hasPrefix("pg_up{") && $0.hasSuffix(" 1") }
    }
  }

  @Test func theExporterAnswersAsAWebServerShould() async throws {
    let exporter = try await Daemon.exporter()
    let metrics = try await exporter.get("/metrics")
    #expect(metrics.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
    #expect(try await exporter.get("/").text.contains("/metrics"))
    #expect(try await exporter.get("/-/healthy").status == 200)
    #expect(try await exporter.get("/nowhere").status == 404)
    #expect(try await exporter.get("/metrics?collect[]=nonsense").status == 400)
    let some = try await exporter.get("/metrics?collect[]=loadavg").text
    #expect(some.contains("node_load1 ") && !some.contains("node_cpu_seconds_total"))
    let health = try JSON(try await exporter.get("/health").body)
    #expect(health["status"].string == "ok")
    #expect(health["postgres"]["status"].string == "not configured")
    #expect(health["redis"]["status"].string == "not configured")
    #expect(health["version"].string != nil && health["uptime"].number != nil)
    #expect(health["timestamp"].string?.hasSuffix("Z") == true)
  }
}
