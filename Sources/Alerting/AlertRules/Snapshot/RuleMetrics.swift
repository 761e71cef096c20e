package import ExpositionFormat
import MetricModel

/// The metrics of all rule groups, under the names of Prometheus.
package struct RuleMetrics: MetricSource {
  private let groups: [RuleGroupSnapshot]

  package init(_ groups: [RuleGroupSnapshot]) { self.groups = groups }

  package func writeMetrics(into buffer: inout FamilyBuffer) {
    for metric in Self.metrics {
      buffer.family(metric.name, metric.type, metric.help, labels: ["rule_group"])
      for group in groups { buffer.add(metric.value(group), group.key) }
    }
  }

  /// A metric with one sample for each group.
  private struct Metric: Sendable {
    let name: String
    let type: MetricType
    let help: String
    let value: @Sendable (RuleGroupSnapshot) -> Double
  }

  private static let metrics = [
    Metric(
      name: "prometheus_rule_group_iterations_total", type: .counter,
      help: "Evaluations of the group that were due."
    ) { Double($0.metrics.iterations) },
    Metric(
      name: "prometheus_rule_group_iterations_missed_total", type: .counter,
      help: "Evaluations that were left out."
    ) { Double($0.metrics.iterationsMissed) },
    Metric(
      name: "tocsin_rule_group_evaluations_on_scrape_total", type: .counter,
      help: "Evaluations of the group between its slots, because a scrape brought what it reads."
    ) { Double($0.metrics.evaluationsOnScrape) },
    Metric(
      name: "prometheus_rule_evaluations_total", type: .counter, help: "Evaluations of rules."
    ) { Double($0.metrics.evaluations) },
    Metric(
      name: "prometheus_rule_evaluation_failures_total", type: .counter,
      help: "Evaluations of rules that failed."
    ) { Double($0.metrics.evaluationFailures) },
    Metric(
      name: "prometheus_rule_group_interval_seconds", type: .gauge,
      help: "The interval of the group."
    ) { $0.interval.seconds },
    Metric(
      name: "prometheus_rule_group_last_evaluation_timestamp_seconds", type: .gauge,
      help: "When the group was evaluated last."
    ) { $0.metrics.lastEvaluation?.seconds ?? 0 },
    Metric(
      name: "prometheus_rule_group_last_duration_seconds", type: .gauge,
      help: "How long its last evaluation took."
    ) { $0.metrics.lastDuration },
    Metric(
      name: "prometheus_rule_group_last_rule_duration_sum_seconds", type: .gauge,
      help: "The sum of its rules' durations in the last evaluation."
    ) { $0.metrics.lastRuleDurationSum },
    Metric(
      name: "prometheus_rule_group_last_restore_duration_seconds", type: .gauge,
      help: "How long it took to restore its alerts."
    ) { $0.metrics.lastRestoreDuration },
    Metric(
      name: "prometheus_rule_group_rules", type: .gauge,
      help: "The number of rules of the group."
    ) { Double($0.rules.count) },
    Metric(
      name: "prometheus_rule_group_last_evaluation_samples", type: .gauge,
      help: "Samples that its last evaluation wrote."
    ) { Double($0.metrics.lastEvaluationSamples) },
  ]
}
