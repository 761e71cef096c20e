import Foundation
import PromQLEngine
import TestSupport
import Testing
import WebClient

@testable import HTTPAPI

/// Sends the same requests to Debian's Prometheus without data: the answers must be equal.
@Suite(.timeLimit(.minutes(20)))
struct PrometheusParityTests {
  private static let requests = [
    "query?query=1%2B1&time=12.5", "query?query=vector(1)/0&time=0", "query?query=foo&time=1",
    "query?query=%22a%22&time=1", "query?query=up&time=x",
    "query?query=sum(1)", "query?query=up&timeout=x", "query?query=vector(0)/0&time=-5.25",
    "query_range?query=up&start=0&end=100000&step=1", "query_range?query=up&start=2&end=1&step=1",
    "query_range?query=up&start=0&end=1&step=0", "query_range?query=up&start=0&end=1&step=x",
    "query_range?query=vector(1e6)&start=0&end=1&step=500ms",
    "query_range?query=time()&start=1&end=2.5&step=0.5",
    "query_range?query=%22a%22&start=0&end=1&step=1",
    "series", "series?match[]=%7B%7D", "series?match[]=up", "labels", "labels?start=x",
    "label/__name__/values", "label/job/values?match[]=%7B%7D", "label/job/values?end=x",
    "label/bad/values?match[]=up%7B", "labels?match[]=%7B%7D", "labels?match[]=%7Ba=%22%22%7D",
    "labels?match[]=up%7Bjob%7D", "labels?match[]=up&match[]=rate(", "series?match[]=up%5B5m%5D",
    "series?match[]=up&start=x", "series?match[]=%7Ba=~%22.*%22%7D",

    "labels?match[]=up%20offset%205m", "labels?match[]=1", "labels?match[]=-up",
    "labels?match[]=(up)",
    "labels?match[]=sum(up)", "labels?match[]=", "labels?match[]=sum",

    "targets/metadata", "targets/metadata?limit=x", "targets/metadata?limit=0",
    "targets/metadata?match_target=%7B", "targets/metadata?match_target=up%20%2B%201",
    "metadata?limit=0", "metadata?limit=-1", "metadata?limit_per_metric=1", "metadata?metric=up",
    "rules", "rules?type=x", "alerts", "metadata", "metadata?limit=x",
    "format_query?query=sum(up)by(job)", "alertmanagers",
    "query_exemplars?query=up&start=1&end=2", "scrape_pools", "status/tsdb", "status/walreplay",
  ]

  @Test func answersAsPrometheusDoes() async throws {
    let folder = try TemporaryDirectory()
    let config = try folder.write("global: {}\n", to: "prometheus.yml")
    let prometheus = try await ThrowawayPrometheus.start(config, storage: folder.path + "/data")
    let client = WebClient()
    try await eventually("Prometheus is ready") {
      try await client.send(WebRequest(.get, "http://127.0.0.1:\(prometheus.port)/-/ready")).status
        == 200
    }
    let fixture = APIFixture { $0 = .init(engine: .init(querier: MemoryQuerier([]))) }
    for request in Self.requests {
      let theirs = try await client.send(
        WebRequest(.get, "http://127.0.0.1:\(prometheus.port)/api/v1/" + request))
      let ours = try await fixture.ask("/api/v1/" + request)
      #expect(ours.status == theirs.status, "\(request)")
      // Prometheus 3 begins this message with a small letter.
      let expected = theirs.text.replacing("Invalid time value", with: "invalid time value")
      #expect(try Self.json(ours.text) == Self.json(expected), "\(request): \(ours.text)")
    }
    client.shutDown()
    prometheus.process.terminate()
  }

  /// The text with sorted keys and numbers in one style: 0.5 and 0.500 are the same.
  private static func json(_ text: String) throws -> String {
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    let sorted = try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys])
    return String(decoding: sorted, as: UTF8.self)
  }
}
