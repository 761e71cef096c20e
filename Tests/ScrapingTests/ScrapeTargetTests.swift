import MetricModel
import Scraping
import Testing

struct ScrapeTargetTests {
  @Test func attachesJobAndInstance() throws {
    let made = try target("db1:9187", labels: ["env": "prod"])
    #expect(made.labels == ["job": "j", "instance": "db1:9187", "env": "prod"])
    #expect(made.url == "http://db1:9187/metrics")
    #expect(made.interval == .minutes(1))
    #expect(made.discoveredLabels["__address__"] == "db1:9187")
    #expect(made.discoveredLabels["__scrape_timeout__"] == "10s")
  }

  @Test func takesTheRequestFromMetaLabels() throws {
    let made = try target("probe:9115") { job in
      job.scheme = "https"
      job.metricsPath = "probe"
      job.params = ["module": ["http_2xx", "b c"], "debug": ["1"]]
      job.relabelRules = [
        try? RelabelRule(sourceLabels: ["__address__"], targetLabel: "__param_target"),
        try? RelabelRule(targetLabel: "__scrape_interval__", replacement: "5s"),
        try? RelabelRule(targetLabel: "__scrape_timeout__", replacement: "500ms"),
        try? RelabelRule(targetLabel: "instance", replacement: "x"),
        try? RelabelRule(targetLabel: "__tmp", replacement: "x"),
      ].compactMap { $0 }
    }
    #expect(
      made.url
        == "https://probe:9115/probe?debug=1&module=http_2xx&module=b%20c&target=probe%3A9115"
    )
    #expect(made.interval == .seconds(5))
    #expect(made.timeout == .milliseconds(500))
    #expect(made.labels == ["job": "j", "instance": "x"])
  }

  @Test(arguments: [
    ("__address__", "", "no address"),
    (
      "__address__", "http://x/metrics",
      "\"http://x/metrics\" is no address: leave out scheme and path"
    ),
    ("__scrape_interval__", "soon", "__scrape_interval__ is no duration above zero"),
    ("__scrape_timeout__", "0s", "__scrape_timeout__ is no duration above zero"),
    ("__scrape_timeout__", "2m", "scrape timeout 2m is longer than interval 1m"),
  ])
  func anInvalidTargetHasAReason(label: String, value: String, reason: String) throws {
    var job = ScrapeJob(name: "j")
    job.relabelRules = [try RelabelRule(targetLabel: label, replacement: value)]
    let outcome = ScrapeTarget.outcome(discovered: ["__address__": "h:1"], job: job)
    guard case .invalid(_, let given) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(given == reason)
  }

  @Test func droppedAndDuplicateTargetsAreRemoved() throws {
    var job = ScrapeJob(name: "j")
    job.relabelRules = [try RelabelRule(action: .drop, sourceLabels: ["__address__"], regex: "b:1")]
    job.staticTargets = [
      TargetGroup(addresses: ["a:1", "b:1", "a:1"]), TargetGroup(addresses: ["a:1"]),
      TargetGroup(addresses: ["a:1"], labels: ["x": "y"]),
    ]
    let outcomes = ScrapeTarget.outcomes(of: job)
    #expect(outcomes.count == 3)
    guard case .dropped = outcomes[1] else {
      Issue.record("\(outcomes[1])")
      return
    }
  }
}
