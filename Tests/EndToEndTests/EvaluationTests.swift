import Synchronization
import TestSupport
import Testing
import WebServer

/// The instants at which rules are evaluated.
@Suite struct EvaluationTests {
  /// A target with one gauge, whose value the test sets.
  private final class Gauge: Sendable {
    private let value = Atomic(0)
    func set(_ value: Int) { self.value.store(value, ordering: .releasing) }
    var text: String { "sick \(value.load(ordering: .acquiring))\n" }
  }

  @Test func onScrapeAPageDoesNotWaitForTheInterval() async throws {
    let gauge = Gauge()
    let target = try HTTPServer.start(on: ListenAddress(host: "127.0.0.1", port: 0)) { _ in
      .text(gauge.text)
    }
    let receiver = try MessageReceiver()
    let folder = try TemporaryDirectory(prefix: "tocsin-evaluation")
    // The next tick of every group is up to an hour away, so an evaluation that comes at once is
    // not a tick's.
    _ = try folder.write(
      """
      groups:
        - {name: alerts, interval: 1h, rules: [{alert: Sick, expr: 'sick:max > 0'}]}
        - {name: records, interval: 1h, rules: [{record: 'sick:max', expr: max(sick)}]}
      """, to: "rules.yml")
    let notifications = try folder.write(
      """
      route: {receiver: hook, group_wait: 0s, group_interval: 1s}
      receivers: [{name: hook, webhook_configs: [{url: 'http://127.0.0.1:\(receiver.port)/webhook'}]}]
      """, to: "alertmanager.yml")
    let configuration = try folder.write(
      """
      global: {scrape_interval: 1s}
      rule_files: [rules.yml]
      scrape_configs: [{job_name: app, static_configs: [{targets: ['127.0.0.1:\(target.boundPort)']}]}]
      """, to: "prometheus.yml")
    let evaluator = try await Daemon.evaluator(
      configuration: configuration, notifications: notifications, storage: folder.file("data"),
      flags: ["--rules.evaluation", "on_scrape"])
    let onScrape = "tocsin_rule_group_evaluations_on_scrape_total"
    try await eventually("both groups were evaluated") {
      try await evaluator.ownMetric(onScrape) ?? 0 >= 2
    }
    #expect(receiver.webhook.isEmpty)
    gauge.set(1)
    try await eventually("the page") { !receiver.webhook.isEmpty }
    #expect(try await evaluator.ownMetric("prometheus_rule_group_iterations_total") == 0)
    #expect(try await evaluator.stop() == 0)
  }
}
