import ExpositionFormat
import Foundation
import MetricModel
import Synchronization
import TestSupport
import Testing
import WebClient
import WebServer

/// Debian's Prometheus and the evaluator scrape the same frozen target: they must store the same
/// samples and answer queries alike.
@Suite(.timeLimit(.minutes(20)))
struct PrometheusAPITests {
  /// Both servers with one configuration, and the server of the frozen target.
  private struct Pair {
    let ours: Daemon
    let theirs: Daemon
    let server: HTTPServer
    let folder: TemporaryDirectory
  }

  private static func start() async throws -> Pair {
    let folder = try TemporaryDirectory(prefix: "tocsin-pair")
    // One response of node_exporter on this machine, and hand-written edge cases.
    let port = try FreePort.next()
    let exporter = try ChildProcess.start(
      "prometheus-node-exporter", ["--web.listen-address=127.0.0.1:\(port)"])
    try await exporter.waitUntilAccepting(port: port)
    let odd = try ["escapes", "blanks", "numbers", "names"].map {
      try String(
        contentsOfFile: Daemon.repository + "/Tests/ExpositionFormatTests/Corpus/\($0).prom",
        encoding: .utf8)
    }
    let text =
      try await HTTP.get("http://127.0.0.1:\(port)/metrics").text + odd[0]
      + odd[1].split(separator: "\n").filter {
        $0.hasPrefix("a") && !$0.hasPrefix("a ") && $0.contains("=")
      }.map { $0 + "\n" }.joined().replacingOccurrences(of: "a{", with: "blanks{")
      + odd[2] + odd[3]
    let server = try HTTPServer.start(on: ListenAddress(host: "127.0.0.1", port: 0)) { _ in
      .text(text)
    }
    let configuration = try folder.write(
      """
      global: {scrape_interval: 1s, external_labels: {site: here}}
      scrape_configs:
        - job_name: frozen
          static_configs: [{targets: ["127.0.0.1:\(server.boundPort)"], labels: {zone: z}}]
          relabel_configs: [{target_label: added, replacement: by-rule}]
          metric_relabel_configs:
            - {source_labels: [__name__], regex: "node_network_.*", action: drop}
            - {regex: "quantile", action: labeldrop}
        - job_name: dropped
          static_configs: [{targets: ["127.0.0.1:1"]}]
          relabel_configs: [{action: drop, regex: ".*"}]
      """, to: "prometheus.yml")
    let ours = try await Daemon.evaluator(
      configuration: configuration, storage: folder.file("ours"))
    let theirs = try await Daemon.prometheus(
      configuration: configuration, storage: folder.file("theirs"))
    let pair = Pair(ours: ours, theirs: theirs, server: server, folder: folder)
    for daemon in [pair.ours, pair.theirs] {
      try await daemon.waitFor("sum(count_over_time(up[1m])) >= bool 4", equals: 1)
    }
    return pair
  }

  /// The series of the target with their values, without durations.
  private static func series(_ daemon: Daemon) async throws -> Set<String> {
    let rows = try await daemon.query(
      #"{job="frozen",__name__!="scrape_duration_seconds"}"#)
    return Set(
      rows.map { row in
        let labels = row.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return "\(labels) \(row.value)"
      })
  }

  /// The samples of a federation page without their times, which differ.
  private static func federated(_ daemon: Daemon, _ selectors: [String]) async throws -> Set<String>
  {
    let query = selectors.map {
      "match%5B%5D=" + ($0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
    }.joined(separator: "&")
    let page = try await daemon.get("/federate?\(query)")
    #expect(page.status == 200)
    let bytes = page.body
    var parser = ExpositionParser(bytes.span)
    var found: Set<String> = []
    while let entry = try parser.next() {
      switch entry {
      case .type(let name, let type): found.insert("\(bytes[name]) \(type)")
      case .help, .unit: found.insert("metadata")
      case .sample(let sample):
        let series = Array(bytes[sample.series])
        let labels = try ParsedLabels(parsing: series.span).labels
        #expect(sample.timestamp != nil)
        // Prometheus federates a negative zero without its sign.
        let value = sample.value == 0 ? 0 : sample.value
        found.insert("\(labels) \(FloatFormat.string(value))")
      }
    }
    return found
  }

  @Test func storesAndAnswersWhatPrometheusDoes() async throws {
    let pair = try await Self.start()
    let theirs = try await Self.series(pair.theirs)
    let ours = try await Self.series(pair.ours)
    #expect(theirs.count > 300)
    #expect(ours.subtracting(theirs) == [])
    #expect(theirs.subtracting(ours) == [])
    try await expectTheSameFederation(pair)
    try await expectTheSameShapes(pair)
    try await expectTheSameCardinality(pair)
    try await expectLimits(pair.ours)
    // The target is lost: its series end, and the series about the scrape go on.
    await pair.server.stop(grace: .zero)
    for daemon in [pair.ours, pair.theirs] {
      try await daemon.waitFor(#"up{job="frozen"}"#, equals: 0)
      try await eventually("the series have ended") {
        try await daemon.query(#"{job="frozen",__name__!~"up|scrape_.*"}"#).isEmpty
      }
    }
    let report = #"{job="frozen",__name__!="scrape_duration_seconds"}"#
    #expect(
      try await pair.ours.query(report).map(\.value)
        == (try await pair.theirs.query(report).map(\.value)))
    #expect(try await Self.series(pair.ours) == (try await Self.series(pair.theirs)))
    #expect(try await Self.federated(pair.ours, ["{__name__=~\"node_.*\"}"]).isEmpty)
  }

  private func expectTheSameFederation(_ pair: Pair) async throws {
    for selectors in [
      ["up"], [#"{__name__=~"node_cpu.*|n"}"#, "a"],
      [#"{job="frozen",__name__!~"scrape_duration.*"}"#],
      ["nothing_of_this_name"],
    ] {
      let ours = try await Self.federated(pair.ours, selectors)
      let theirs = try await Self.federated(pair.theirs, selectors)
      #expect(ours.subtracting(theirs) == [], "\(selectors)")
      #expect(theirs.subtracting(ours) == [], "\(selectors)")
    }
  }

  /// Checks that every key of Prometheus' responses is there, with a value of the same type.
  private func expectTheSameShapes(_ pair: Pair) async throws {
    for path in [
      "series?match[]=up", "labels", "label/job/values", "metadata?metric=node_load1", "targets",
      "targets?state=dropped", "targets/metadata?metric=node_load1&limit=1",
      "targets/metadata?limit=1", "scrape_pools", "status/tsdb", "status/buildinfo",
      "status/runtimeinfo", "status/config", "alertmanagers", "rules", "alerts", "query?query=up",
    ] {
      let ours = try JSON(try await pair.ours.get("/api/v1/" + path).body)
      let theirs = try JSON(try await pair.theirs.get("/api/v1/" + path).body)
      #expect(theirs["status"].string == "success", "\(path)")
      #expect(Self.differences(ours, theirs, at: path) == [])
    }
  }

  private static func differences(_ ours: JSON, _ theirs: JSON, at path: String) -> [String] {
    switch (ours.value, theirs.value) {
    case (let ours as [String: Any], let theirs as [String: Any]):
      return theirs.keys.sorted().flatMap { key in
        guard ours[key] != nil else { return ["\(path).\(key) is missing"] }
        return differences(JSON(ours)[key], JSON(theirs)[key], at: "\(path).\(key)")
      }
    case (let ours as [Any], let theirs as [Any]):
      guard !ours.isEmpty, !theirs.isEmpty else {
        return ours.isEmpty == theirs.isEmpty
          ? [] : ["\(path): \(ours.count) and \(theirs.count) elements"]
      }
      return differences(JSON(ours)[0], JSON(theirs)[0], at: "\(path)[]")
    case (is String, is String), (is NSNumber, is NSNumber), (is NSNull, is NSNull), (nil, nil):
      return []
    default: return ["\(path) is of another kind"]
    }
  }

  private func expectTheSameCardinality(_ pair: Pair) async throws {
    func entries(_ daemon: Daemon, _ list: String) async throws -> [String: Double] {
      let data = try JSON(try await daemon.get("/api/v1/status/tsdb").body)["data"]
      return Dictionary(
        data[list].array.map { ($0["name"].string ?? "", $0["value"].number ?? 0) }
      ) { $1 }.filter { ["__name__", "instance", "job", "zone"].contains($0.key) }
    }
    let list = "labelValueCountByLabelName"
    #expect(try await entries(pair.ours, list) == (try await entries(pair.theirs, list)))
    func times(_ daemon: Daemon) async throws -> (first: Double, last: Double) {
      let data = try JSON(try await daemon.get("/api/v1/status/tsdb").body)["data"]
      let head = data["headStats"]
      return (head["minTime"].number ?? .nan, head["maxTime"].number ?? .nan)
    }
    let (mine, other) = (try await times(pair.ours), try await times(pair.theirs))
    #expect(abs(mine.last - other.last) < 60_000)
    // Prometheus refuses the line with a timestamp 8 s after the epoch as too old.
    #expect(mine.first == 8_000)
    // Newer versions of Prometheus than Debian's count a value once for each of its series.
    let bytes = "memoryInBytesByLabelName"
    let (ours, theirs) = (
      try await entries(pair.ours, bytes), try await entries(pair.theirs, bytes)
    )
    let name = Label.metricName
    #expect(ours[name] ?? 0 > theirs[name] ?? .infinity, "\(ours) \(theirs)")
    // The value of the label is one byte.
    #expect(ours["zone"] ?? 0 >= (try await pair.ours.value(#"count({zone="z"})"#) ?? .infinity))
  }

  private func expectLimits(_ ours: Daemon) async throws {
    for path in ["series?match[]={job=\"frozen\"}", "labels?", "label/__name__/values?"] {
      let escaped = path.addingPercentEncoding(withAllowedCharacters: .urlQueryAllowed) ?? ""
      let answer = try JSON(try await ours.get("/api/v1/\(escaped)&limit=2").body)
      #expect(answer["data"].array.count == 2, "\(path)")
      #expect(answer["warnings"].array.count == 1, "\(path)")
      let refused = try await ours.get("/api/v1/\(escaped)&limit=-1")
      #expect(refused.status == 400, "\(path)")
    }
    let metadata = try JSON(try await ours.get("/api/v1/metadata?limit=3").body)
    #expect(metadata["data"].object.count == 3)
  }
}
