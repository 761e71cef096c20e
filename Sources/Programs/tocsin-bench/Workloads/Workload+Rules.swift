import AlertRules
import MetricModel
import PromQLEngine
import SQLiteStorage
import StorageAPI

extension Workload {
  /// Workloads of rule evaluation.
  static let rules: [Workload] = [
    Workload("rules/evaluate", "one rule evaluated: 50 rules over a fleet of 20,000 series") {
      try await evaluation()
    }
  ]

  /// A group of rules of the usual kinds, which do not fire, as is usual; each selects one of
  /// twenty jobs.
  private static func evaluation() async throws -> PreparedWorkload {
    let count = 50
    let bench = try await BenchStore(
      FleetData.labels(targets: 20, seriesPerTarget: 1000), every: 5000, steps: 20,
      FleetData.value(seriesPerTarget: 1000))
    let state = try StateDatabase(in: bench.makeFolder("state"))
    let definition = RuleGroupDefinition(
      file: "bench.yml", name: "bench", rules: try (0..<count).map(rule))
    let services = RuleServices(
      query: QueryEngine(querier: bench.store).ruleQuery,
      expand: { template, _ in template }, appender: bench.store, store: state, sink: NoSink())
    let group = RuleGroup(definition, services: services, settings: RuleSettings())
    var instant = bench.now
    var prepared = PreparedWorkload(operations: count) {
      instant = instant.adding(milliseconds: 1)
      await group.evaluate(at: instant)
    }
    prepared.cleanUp = {
      try? state.close()
      await bench.remove()
    }
    return prepared
  }

  private static func rule(_ number: Int) throws -> RuleDefinition {
    let job = "job=\"fleet\(number % 20)\""
    if number % 10 == 9 {
      return RuleDefinition(
        .record("job:app_requests:rate1m_\(number)"),
        expression: try RuleExpression(
          "sum by (job, code) (rate(app_requests_total{\(job)}[1m]))"))
    }
    let expressions = [
      "sum(rate(app_requests_total{\(job),code=~\"5..\"}[1m])) / sum(rate(app_requests_total{\(job)}[1m])) > 5",
      "histogram_quantile(0.95, sum by (le) (rate(app_latency_seconds_bucket{\(job)}[1m]))) > 100",
      "app_queue_depth{\(job)} > 1000",
      "up{\(job)} == 0",
      "max by (queue) (avg_over_time(app_queue_depth{\(job)}[1m])) > 500",
    ]
    return RuleDefinition(
      .alert("Bench\(number)"), expression: try RuleExpression(expressions[number % 5]),
      hold: .minutes(1),
      labels: ["severity": "page"], annotations: ["summary": "at {{ $value }}"])
  }

  private struct NoSink: AlertSink {
    func receive(_ alerts: [Alert]) async {}
  }
}
