import Foundation
import TestSupport
import Testing
import WebClient
import WebServer

/// Prometheus and the evaluator scrape the same frozen responses of Debian's exporters, in both
/// formats and with timestamps on the lines, and must store the same samples.
@Suite(.timeLimit(.minutes(20)))
struct ExporterScrapeTests {
  /// Responses by path.
  private typealias Pages = [String: HTTPResponse]

  private struct Exporter {
    let name: String
    let process: ChildProcess
    let port: Int
  }

  private static func start(
    _ name: String, flags: [String] = [], environment: [String: String] = [:]
  ) async throws -> Exporter {
    let port = try FreePort.next()
    let process = try ChildProcess.start(
      name, flags + ["--web.listen-address=127.0.0.1:\(port)"], environment: environment)
    try await process.waitUntilAccepting(port: port)
    return Exporter(name: name, process: process, port: port)
  }

  /// Captures the responses of all exporters: as text, as OpenMetrics where it is supported, and as
  /// text with a timestamp on every line.
  private static func capture(
    _ exporters: [Exporter], expecting marks: [String: String]
  ) async throws -> Pages {
    var pages: Pages = [:]
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    for exporter in exporters {
      let url = "http://127.0.0.1:\(exporter.port)/metrics"
      if let mark = marks[exporter.name] {
        try await eventually("\(exporter.name) shows \(mark)") {
          try await HTTP.get(url).text.contains(mark)
        }
      }
      let text = try await HTTP.get(url)
      pages["/\(exporter.name)/text"] = response(text, text.text)
      let open = try await HTTP.get(
        url, headers: [("Accept", "application/openmetrics-text; version=1.0.0")])
      if open.headers["Content-Type"]?.contains("openmetrics") == true {
        pages["/\(exporter.name)/open"] = response(open, open.text)
      }
      let timed = text.text.split(separator: "\n").map {
        $0.hasPrefix("#") ? "\($0)\n" : "\($0) \(now)\n"
      }
      pages["/\(exporter.name)/timed"] = response(text, timed.joined())
    }
    return pages
  }

  private static func response(_ answer: WebResponse, _ text: String) -> HTTPResponse {
    HTTPResponse(
      headers: ["Content-Type": answer.headers["Content-Type"] ?? ""], body: Array(text.utf8))
  }

  private static func configuration(_ pages: Pages, port: Int) -> String {
    let jobs = pages.keys.sorted().flatMap { path in
      [true, false].filter { $0 || path.hasSuffix("/timed") }.map { honors in
        """
          - job_name: "\(path)\(honors ? "" : "/own")"
            metrics_path: \(path)
            honor_timestamps: \(honors)
            static_configs: [{targets: ["127.0.0.1:\(port)"]}]

        """
      }
    }
    return "global: {scrape_interval: 1s}\nscrape_configs:\n" + jobs.joined()
  }

  /// The samples of all series of a job: values, and times where the lines have timestamps.
  private static func samples(_ daemon: Daemon, job: String) async throws -> Set<String> {
    let isTimed = job.hasSuffix("/timed")
    let query = #"{job="\#(job)",__name__!="scrape_duration_seconds"}[10m]"#
    let escaped = query.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    let answer = try JSON(try await daemon.get("/api/v1/query?query=\(escaped)").body)
    var found: Set<String> = []
    for series in answer["data"]["result"].array {
      let labels = series["metric"].object.sorted { $0.key < $1.key }
        .map { "\($0.key)=\($0.value.string ?? "")" }
      let isReport = ["up", "scrape_"].contains {
        series["metric"]["__name__"].string?.hasPrefix($0) == true
      }
      for sample in series["values"].array {
        // On a busy machine a scrape may end without a response.
        guard !isReport || sample[1].string != "0" else { continue }
        let time = isTimed && !isReport ? "@\(sample[0].number ?? 0)" : ""
        found.insert("\(labels) \(sample[1].string ?? "") \(time)")
      }
    }
    return found
  }

  @Test func everySampleIsStoredAsPrometheusStoresIt() async throws {
    let postgres = try await ThrowawayPostgres.start()
    let redis = try await ThrowawayRedis.start()
    let exporters = [
      try await Self.start("prometheus-node-exporter"),
      try await Self.start("prometheus-process-exporter"),
      try await Self.start(
        "prometheus-postgres-exporter",
        environment: ["DATA_SOURCE_NAME": "\(postgres.url)?sslmode=disable"]),
      try await Self.start("prometheus-redis-exporter", flags: ["--redis.addr", redis.url]),
    ]
    let pages = try await Self.capture(
      exporters,
      expecting: [
        "prometheus-postgres-exporter": "\npg_up 1", "prometheus-redis-exporter": "\nredis_up 1",
      ])
    #expect(pages.count >= 8)
    let server = try HTTPServer.start(on: ListenAddress(host: "127.0.0.1", port: 0)) {
      pages[$0.path] ?? .text("", status: 404)
    }
    let folder = try TemporaryDirectory(prefix: "tocsin-exporters")
    let file = try folder.write(
      Self.configuration(pages, port: server.boundPort), to: "prometheus.yml")
    let ours = try await Daemon.evaluator(configuration: file, storage: folder.file("ours"))
    let theirs = try await Daemon.prometheus(configuration: file, storage: folder.file("theirs"))
    let jobs = pages.keys.flatMap { $0.hasSuffix("/timed") ? [$0, $0 + "/own"] : [$0] }.sorted()
    for daemon in [ours, theirs] {
      try await daemon.waitFor("count(count_over_time(up[5m]) >= 3)", equals: Double(jobs.count))
      try await daemon.waitFor("sum(up)", equals: Double(jobs.count))
    }
    for job in jobs {
      let (mine, other) = (
        try await Self.samples(ours, job: job), try await Self.samples(theirs, job: job)
      )
      #expect(other.count > 20, "\(job)")
      #expect(mine.subtracting(other).sorted().prefix(3) == [], "\(job)")
      #expect(other.subtracting(mine).sorted().prefix(3) == [], "\(job)")
    }
    try await expectTheSameEnds(ours, theirs, server, jobs)
  }

  /// Checks that both end the same series when the target is lost: all but those with timestamps.
  private func expectTheSameEnds(
    _ ours: Daemon, _ theirs: Daemon, _ server: HTTPServer, _ jobs: [String]
  ) async throws {
    await server.stop(grace: .zero)
    let left = #"count by (job) ({job!="",__name__!~"up|scrape_.*|ALERTS.*"})"#
    var counts: [[String: String]] = []
    for daemon in [ours, theirs] {
      try await daemon.waitFor("sum(up)", equals: 0)
      counts.append(
        Dictionary(try await daemon.query(left).map { ($0.labels["job"] ?? "", $0.value) }) { $1 })
    }
    #expect(counts[0] == counts[1])
    #expect(Set(counts[0].keys) == Set(jobs.filter { $0.hasSuffix("/timed") }))
  }
}
