import AlertRules
import CollectorCore
import MetricModel

extension EvaluatorMetrics {
  /// The families of G16.
  mutating func addRules(_ groups: [RuleGroupSnapshot]) {
    each(groups, "rule_group_iterations_total", .counter, "Evaluations of the group that were due.")
    {
      Double($0.metrics.iterations)
    }
    each(
      groups, "rule_group_iterations_missed_total", .counter, "Evaluations that were left out."
    ) { Double($0.metrics.iterationsMissed) }
    buffer.family(
      "tocsin_rule_group_evaluations_on_scrape_total", .counter,
      "Evaluations of the group between its slots, because a scrape brought what it reads.",
      labels: ["rule_group"])
    for group in groups { buffer.add(Double(group.metrics.evaluationsOnScrape), group.key) }
    each(groups, "rule_evaluations_total", .counter, "Evaluations of rules.") {
      Double($0.metrics.evaluations)
    }
    each(groups, "rule_evaluation_failures_total", .counter, "Evaluations of rules that failed.") {
      Double($0.metrics.evaluationFailures)
    }
    each(groups, "rule_group_interval_seconds", .gauge, "The interval of the group.") {
      $0.interval.seconds
    }
    each(
      groups, "rule_group_last_evaluation_timestamp_seconds", .gauge,
      "When the group was evaluated last."
    ) { $0.metrics.lastEvaluation?.seconds ?? 0 }
    each(
      groups, "rule_group_last_duration_seconds", .gauge, "How long its last evaluation took."
    ) { $0.metrics.lastDuration }
    each(
      groups, "rule_group_last_rule_duration_sum_seconds", .gauge,
      "The sum of its rules' durations in the last evaluation."
    ) { $0.metrics.lastRuleDurationSum }
    each(
      groups, "rule_group_last_restore_duration_seconds", .gauge,
      "How long it took to restore its alerts."
    ) { $0.metrics.lastRestoreDuration }
    each(groups, "rule_group_rules", .gauge, "The number of rules of the group.") {
      Double($0.rules.count)
    }
    each(
      groups, "rule_group_last_evaluation_samples", .gauge,
      "Samples that its last evaluation wrote."
    ) { Double($0.metrics.lastEvaluationSamples) }
  }

  private mutating func each(
    _ groups: [RuleGroupSnapshot], _ name: String, _ type: MetricType, _ help: String,
    _ value: (RuleGroupSnapshot) -> Double
  ) {
    buffer.family("prometheus_" + name, type, help, labels: ["rule_group"])
    for group in groups { buffer.add(value(group), group.key) }
  }
}
