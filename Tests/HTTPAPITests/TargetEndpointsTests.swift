import MetricModel
import Testing

@testable import HTTPAPI
@testable import Scraping

struct TargetEndpointsTests {
  /// A target of a job, as the scheduler creates it from an address.
  private static func target(
    _ job: String, _ address: String, interval: Duration = .seconds(15)
  ) -> ScrapeTarget {
    var settings = ScrapeJob(name: job)
    settings.interval = interval
    settings.staticTargets = [TargetGroup(addresses: [address])]
    guard case .target(let target)? = ScrapeTarget.outcomes(of: settings).first else {
      preconditionFailure("\(address) is no target")
    }
    return target
  }

  private static let fixture = APIFixture { sources in
    sources.targets = {
      ScrapeTargets(
        active: [
          TargetSnapshot(
            target: target("j", "h:1"), health: .down,
            lastError: "line 3: expected a value, found \"x\"",
            lastScrape: Timestamp(rawValue: 1000), lastDurationSeconds: 0.012),
          TargetSnapshot(
            target: target("k", "k:2", interval: .minutes(1)), health: .unknown, lastError: "",
            lastScrape: nil, lastDurationSeconds: 0),
        ], dropped: [DroppedTarget(job: "j", discoveredLabels: ["__address__": "d:1"])],
        droppedCounts: ["j": 7, "k": 0])
    }
    sources.metadata = {
      [
        TargetMetadata(
          target: target("j", "h:1"),
          families: [
            "a_total": FamilyMetadata(type: .counter, help: "A.", unit: "s"),
            "up": FamilyMetadata(type: .gauge, help: "Is \"up\"."),
          ]),
        TargetMetadata(
          target: target("k", "k:2"),
          families: [
            "a_total": FamilyMetadata(type: .counter, help: "A.", unit: "s"),
            "up": FamilyMetadata(),
          ]),
      ]
    }
    sources.alertmanagers = { ["http://am:9093/api/v2/alerts"] }
    sources.status.version = "1.2.3"
    sources.status.flags = ["b": "2", "a": "1"]
    sources.status.configuration = { "global: {}\n" }
  }

  private static let first =
    #"{"discoveredLabels":{"__address__":"h:1","__metrics_path__":"/metrics","__scheme__":"http","#
    + #""__scrape_interval__":"15s","__scrape_timeout__":"10s","job":"j"},"#
    + #""labels":{"instance":"h:1","job":"j"},"#
    + #""scrapePool":"j","scrapeUrl":"http://h:1/metrics","globalUrl":"http://h:1/metrics","#
    + #""lastError":"line 3: expected a value, found \"x\"","lastScrape":"1970-01-01T00:00:01.000Z","#
    + #""lastScrapeDuration":0.012,"health":"down","scrapeInterval":"15s","scrapeTimeout":"10s"}"#

  private static let dropped = #"{"discoveredLabels":{"__address__":"d:1"},"scrapePool":"j"}"#

  @Test func showsTargets() async throws {
    let all = try await Self.fixture.data("targets")
    #expect(all.hasPrefix(#"{"activeTargets":["# + Self.first + ","))
    #expect(
      all.hasSuffix(
        #""droppedTargets":["# + Self.dropped + #"],"droppedTargetCounts":{"j":7,"k":0}}"#))
    let dropped = try await Self.fixture.data("targets?state=dropped")
    #expect(dropped.hasPrefix(#"{"activeTargets":[],"droppedTargets":["# + Self.dropped))
    let active = try await Self.fixture.data("targets?state=active&scrapePool=j")
    #expect(active.hasPrefix(#"{"activeTargets":["# + Self.first + #"],"droppedTargets":[]"#))
    #expect(active.hasSuffix(#""droppedTargetCounts":null}"#))
    let unknown = #"{"activeTargets":[],"droppedTargets":[],"droppedTargetCounts":null}"#
    #expect(try await Self.fixture.data("targets?state=other") == unknown)
    #expect(try await Self.fixture.data("targets?state=ANY") == all)
    #expect(try await Self.fixture.data("scrape_pools") == #"{"scrapePools":["j","k"]}"#)
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
      #"[{"target":{"instance":"h:1","job":"j"},"metric":"a_total","type":"counter","help":"A.","unit":"s"},"#
        + #"{"target":{"instance":"h:1","job":"j"},"metric":"up","type":"gauge","help":"Is \"up\".","unit":""}]"#
    ),
    ("targets/metadata?limit=0", "[]"),
    (
      "targets/metadata?metric=up&match_target=%7Bjob=%22k%22%7D",
      #"[{"target":{"instance":"k:2","job":"k"},"type":"unknown","help":"","unit":""}]"#
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
  func answers(target: String, data: String) async throws {
    #expect(try await Self.fixture.data(target) == data)
  }

  @Test func runtimeInfo() async throws {
    let data = try await Self.fixture.data("status/runtimeinfo")
    #expect(data.contains(#""serverTime":"1970-01-01T00:02:00.500Z","reloadConfigSuccess":true"#))
  }
}
