import MetricModel
import Testing

@testable import HTTPAPI

struct TargetEndpointsTests {
  private static let desk = APIDesk { sources in
    sources.targets = {
      APITargets(
        active: [
          .init(
            discoveredLabels: ["__address__": "h:1"], labels: ["job": "j", "instance": "h:1"],
            scrapePool: "j", scrapeURL: "http://h:1/metrics", globalURL: "http://h:1/metrics",
            lastError: "line 3: expected a value, found \"x\"",
            lastScrape: Timestamp(rawValue: 1000),
            lastScrapeDuration: 0.012, health: "down", interval: .seconds(15), timeout: .seconds(10)
          ),
          .init(
            discoveredLabels: .empty, labels: ["job": "k"], scrapePool: "k", scrapeURL: "http://k/",
            globalURL: "http://k/", lastError: "", lastScrape: nil, lastScrapeDuration: 0,
            health: "unknown", interval: .minutes(1), timeout: .seconds(10)),
        ], dropped: [.init(scrapePool: "j", discoveredLabels: ["__address__": "d:1"])],
        droppedCounts: ["j": 7, "k": 0])
    }
    sources.metadata = {
      [
        "up": [.init(type: .gauge, help: "Is \"up\"."), .init(type: .unknown, help: "")],
        "a_total": [.init(type: .counter, help: "A.", unit: "s")],
      ]
    }
    sources.targetMetadata = {
      [
        APITargetMetadata(
          labels: ["job": "j"],
          families: [
            "a": .init(type: .gauge, help: "A."), "b": .init(type: .unknown, help: "", unit: "s"),
          ]),
        APITargetMetadata(labels: ["job": "k"], families: ["a": .init(type: .counter, help: "")]),
      ]
    }
    sources.alertmanagers = { ["http://am:9093/api/v2/alerts"] }
    sources.status.version = "1.2.3"
    sources.status.flags = ["b": "2", "a": "1"]
    sources.status.configuration = { "global: {}\n" }
  }

  private static let first =
    #"{"discoveredLabels":{"__address__":"h:1"},"labels":{"instance":"h:1","job":"j"},"#
    + #""scrapePool":"j","scrapeUrl":"http://h:1/metrics","globalUrl":"http://h:1/metrics","#
    + #""lastError":"line 3: expected a value, found \"x\"","lastScrape":"1970-01-01T00:00:01.000Z","#
    + #""lastScrapeDuration":0.012,"health":"down","scrapeInterval":"15s","scrapeTimeout":"10s"}"#

  private static let dropped = #"{"discoveredLabels":{"__address__":"d:1"},"scrapePool":"j"}"#

  @Test func showsTargets() async throws {
    let all = try await Self.desk.data("targets")
    #expect(all.hasPrefix(#"{"activeTargets":["# + Self.first + ","))
    #expect(
      all.hasSuffix(
        #""droppedTargets":["# + Self.dropped + #"],"droppedTargetCounts":{"j":7,"k":0}}"#))
    let dropped = try await Self.desk.data("targets?state=dropped")
    #expect(dropped.hasPrefix(#"{"activeTargets":[],"droppedTargets":["# + Self.dropped))
    let active = try await Self.desk.data("targets?state=active&scrapePool=j")
    #expect(active.hasPrefix(#"{"activeTargets":["# + Self.first + #"],"droppedTargets":[]"#))
    #expect(active.hasSuffix(#""droppedTargetCounts":null}"#))
    let unknown = #"{"activeTargets":[],"droppedTargets":[],"droppedTargetCounts":null}"#
    #expect(try await Self.desk.data("targets?state=other") == unknown)
    #expect(try await Self.desk.data("targets?state=ANY") == all)
    #expect(try await Self.desk.data("scrape_pools") == #"{"scrapePools":["j","k"]}"#)
  }

  @Test(arguments: [
    (
      "metadata",
      #"{"a_total":[{"type":"counter","help":"A.","unit":"s"}],"up":[{"type":"gauge","help":"Is \"up\".","unit":""},{"type":"unknown","help":"","unit":""}]}"#
    ),
    ("metadata?limit=1", #"{"a_total":[{"type":"counter","help":"A.","unit":"s"}]}"#),
    ("metadata?metric=none", "{}"), ("metadata?limit=0", "{}"),
    (
      "metadata?limit=-1&metric=a_total",
      #"{"a_total":[{"type":"counter","help":"A.","unit":"s"}]}"#
    ),
    (
      "metadata?metric=up&limit_per_metric=0",
      #"{"up":[{"type":"gauge","help":"Is \"up\".","unit":""},{"type":"unknown","help":"","unit":""}]}"#
    ),
    (
      "targets/metadata?limit=1",
      #"[{"target":{"job":"j"},"metric":"a","type":"gauge","help":"A.","unit":""},"#
        + #"{"target":{"job":"j"},"metric":"b","type":"unknown","help":"","unit":"s"}]"#
    ),
    ("targets/metadata?limit=0", "[]"),
    (
      "targets/metadata?metric=a&match_target=%7Bjob=%22k%22%7D",
      #"[{"target":{"job":"k"},"type":"counter","help":"","unit":""}]"#
    ),
    (
      "metadata?metric=up&limit_per_metric=1",
      #"{"up":[{"type":"gauge","help":"Is \"up\".","unit":""}]}"#
    ),
    ("status/flags", #"{"a":"1","b":"2"}"#), ("status/config", #"{"yaml":"global: {}\n"}"#),
    (
      "status/buildinfo",
      #"{"version":"1.2.3","revision":"","branch":"","buildUser":"","buildDate":"","goVersion":""}"#
    ),
    (
      "status/tsdb",
      #"{"headStats":{"numSeries":0,"numLabelPairs":0,"chunkCount":0,"minTime":9223372036854775807,"maxTime":-9223372036854775808},"seriesCountByMetricName":[],"labelValueCountByLabelName":[],"memoryInBytesByLabelName":[],"seriesCountByLabelValuePair":[]}"#
    ),
    (
      "alertmanagers",
      #"{"activeAlertmanagers":[{"url":"http://am:9093/api/v2/alerts"}],"droppedAlertmanagers":[]}"#
    ),
  ])
  func q7q8_answers(target: String, data: String) async throws {
    #expect(try await Self.desk.data(target) == data)
  }

  @Test func q8_runtimeInfo() async throws {
    let data = try await Self.desk.data("status/runtimeinfo")
    #expect(data.contains(#""serverTime":"1970-01-01T00:02:00.500Z","reloadConfigSuccess":true"#))
  }
}
