import Foundation
import PromQLEngine
import TestSupport
import Testing
import WebClient

@testable import HTTPAPI

/// Compares random queries over the same samples with Debian's Prometheus 2.42; ``QueryDice``
/// avoids what later versions changed.
@Suite(.timeLimit(.minutes(20)))
struct PrometheusDifferenceTests {
  @Test func randomQueriesHaveTheSameAnswers() async throws {
    let environment = ProcessInfo.processInfo.environment
    let count = environment["TOCSIN_DIFFERENCES"].flatMap { Int($0) } ?? 2000
    let first = environment["TOCSIN_DIFFERENCE_SEED"].flatMap { UInt64($0) } ?? 1
    let data = DifferenceData()
    let (prometheus, port, folder) = try await Self.start(data)
    defer { _ = folder }
    let client = WebClient()
    try await eventually("Prometheus is ready") {
      try await client.send(WebRequest(.get, "http://127.0.0.1:\(port)/-/ready")).status == 200
    }
    let fixture = APIFixture { $0 = .init(engine: .init(querier: MemoryQuerier(data.series))) }
    var differences: [String] = []
    var empty = 0
    for seed in first..<(first + UInt64(count)) {
      var dice = QueryDice(seed: seed)
      let query = dice.query()
      let escaped =
        query.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? query
      let request =
        seed % 3 == 0
        ? "query_range?query=\(escaped)&start=3600.001&end=5400.001&step=97"
        : "query?query=\(escaped)&time=5000.001"
      let theirs = try await client.send(
        WebRequest(.get, "http://127.0.0.1:\(port)/api/v1/" + request))
      let ours = try await fixture.ask("/api/v1/" + request)
      let (left, right) = (try Answer(Array(ours.text.utf8)), try Answer(theirs.body))
      if right.series.isEmpty { empty += 1 }
      if !left.isClose(to: right) {
        differences.append("\(seed): \(query)\n  ours:   \(left)\n  theirs: \(right)")
      }
    }
    client.shutDown()
    prometheus.terminate()
    #expect(
      differences.isEmpty, "\(differences.count): \(differences.prefix(12).joined(separator: "\n"))"
    )
    #expect(empty < count / 2, "the queries are to find something")
  }

  /// Compares the formatter with that of Prometheus 2.42, for queries of one and of many lines.
  ///
  /// One later change is corrected: a space precedes each list of labels now.
  @Test func randomQueriesAreFormattedAlike() async throws {
    let (prometheus, port, folder) = try await Self.start(DifferenceData())
    defer { _ = folder }
    let client = WebClient()
    try await eventually("Prometheus is ready") {
      try await client.send(WebRequest(.get, "http://127.0.0.1:\(port)/-/ready")).status == 200
    }
    let fixture = APIFixture()
    var differences: [String] = []
    var longest = 0
    for seed in UInt64(1)...500 {
      var dice = QueryDice(seed: seed)
      var query = dice.query()
      // Some are wider than a line.
      for _ in 0..<(seed % 4) {
        query = "(\(query)) \(["+", "/", "or"][Int(seed % 3)]) (\(dice.query()))"
      }
      let escaped =
        query.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? query
      let request = "/api/v1/format_query?query=\(escaped)"
      let theirs = try await client.send(WebRequest(.get, "http://127.0.0.1:\(port)" + request))
      let ours = try await fixture.ask(request)
      let left = try Self.formatted(Array(ours.text.utf8))
      let right = try Self.formatted(theirs.body)
      longest = max(longest, left.split(separator: "\n").count)
      if left != Self.spaced(right) {
        differences.append("\(seed): \(query)\n\(left)\n-- theirs:\n\(right)")
      }
    }
    client.shutDown()
    prometheus.terminate()
    #expect(
      differences.isEmpty, "\(differences.count): \(differences.prefix(6).joined(separator: "\n"))")
    #expect(longest > 10)
  }

  /// The text of an answer of `format_query`, or only the kind of an error, since error texts have
  /// changed.
  private static func formatted(_ body: [UInt8]) throws -> String {
    let answer = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
    return answer?["data"] as? String ?? answer?["errorType"] as? String ?? "nothing"
  }

  /// Adds to a text of 2.42 the space before each list of labels.
  private static func spaced(_ text: String) -> String {
    ["by", "without", "on", "ignoring", "group_left", "group_right"].reduce(text) { text, word in
      text.replacing("\(word)(", with: "\(word) (")
    }
  }

  /// Starts Prometheus with blocks that promtool makes of the samples.
  private static func start(
    _ data: DifferenceData
  ) async throws -> (ChildProcess, Int, TemporaryDirectory) {
    let folder = try TemporaryDirectory()
    let config = try folder.write("global: {}\n", to: "prometheus.yml")
    let samples = try folder.write(data.text, to: "samples.txt")
    let promtool = try ChildProcess.start(
      "promtool",
      ["tsdb", "create-blocks-from", "openmetrics", samples, folder.path + "/data"])
    try #require(try await promtool.waitForExit() == 0)
    let prometheus = try await ThrowawayPrometheus.start(
      config, storage: folder.path + "/data",
      flags: [
        "--storage.tsdb.retention.time=100y",
        "--enable-feature=promql-at-modifier,promql-negative-offset",
      ])
    return (prometheus.process, prometheus.port, folder)
  }
}

/// The content of a query's answer, for comparison.
private struct Answer: CustomStringConvertible {
  var failed = false
  var series: [String: [(time: Double, value: Double)]] = [:]

  init(_ body: [UInt8]) throws {
    let text = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
    guard let data = text?["data"] as? [String: Any] else {
      failed = true
      return
    }
    if let point = data["result"] as? [Any], !(point.first is [String: Any]) {
      if let point = Self.point(point) { series["scalar"] = [point] }
    }
    for one in data["result"] as? [[String: Any]] ?? [] {
      let labels = (one["metric"] as? [String: String] ?? [:]).sorted { $0.key < $1.key }
      let points = (one["values"] as? [[Any]]) ?? [one["value"] as? [Any] ?? []]
      series["\(labels)"] = points.compactMap(Self.point)
    }
  }

  private static func point(_ pair: [Any]) -> (time: Double, value: Double)? {
    guard pair.count == 2, let time = (pair[0] as? NSNumber)?.doubleValue,
      let text = pair[1] as? String
    else { return nil }
    switch text {
    case "+Inf": return (time, .infinity)
    case "-Inf": return (time, -.infinity)
    default: return (time, Double(text) ?? .nan)
    }
  }

  func isClose(to other: Answer) -> Bool {
    guard failed == other.failed, series.count == other.series.count else { return false }
    return series.allSatisfy { labels, points in
      guard let others = other.series[labels], others.count == points.count else { return false }
      return zip(points, others).allSatisfy { mine, theirs in
        mine.time == theirs.time && Self.isClose(mine.value, theirs.value)
      }
    }
  }

  /// The compensation of sums has changed, so small differences of large sums may differ.
  private static func isClose(_ left: Double, _ right: Double) -> Bool {
    left == right || (left.isNaN && right.isNaN)
      || (left - right).magnitude <= 1e-9 * max(left.magnitude, right.magnitude) + 1e-9
  }

  var description: String {
    failed ? "failed" : String("\(series.sorted { $0.key < $1.key })".prefix(400))
  }
}
