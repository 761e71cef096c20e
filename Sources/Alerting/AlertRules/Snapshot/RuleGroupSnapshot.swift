package import MetricModel

/// A rule group at one moment, as the API shows it.
package struct RuleGroupSnapshot: Sendable, Equatable {
  package let file: String
  package let name: String
  package let interval: Duration
  package let limit: Int
  /// How long the last evaluation took, in seconds.
  package let evaluationTime: Double
  /// When the last evaluation began; `nil` before the first one.
  package let lastEvaluation: Timestamp?
  package let rules: [RuleSnapshot]
  package let metrics: RuleGroupMetrics

  /// `file;name`
  package var key: String { "\(file);\(name)" }
}

/// A rule at one moment, as the API shows it.
package struct RuleSnapshot: Sendable, Equatable {
  /// The outcome of the last evaluation.
  package enum Health: String, Sendable {
    case unknown, ok, err
  }

  /// The rule as the file states it: name, query, annotations and times.
  package let definition: RuleDefinition
  /// The labels to add, those of the group included, before templates are expanded.
  package let labels: Labels
  /// The highest state of its alerts; `nil` before the first evaluation and for recording rules.
  package let state: AlertStateMachine.State?
  /// The pending and firing alerts, sorted by labels; as in Prometheus, resolved ones are not
  /// shown.
  package let alerts: [ActiveAlert]
  package let health: Health
  /// Why the last evaluation failed; `nil` if it did not.
  package let lastError: String?
  /// How long the last evaluation took, in seconds.
  package let evaluationTime: Double
  /// When the last evaluation began; `nil` before the first one.
  package let lastEvaluation: Timestamp?

  /// Whether the rule makes alerts.
  package var isAlerting: Bool {
    switch definition.kind {
    case .alert: true
    case .record: false
    }
  }
}

/// The counters and gauges of a group for ``RuleMetrics``.
package struct RuleGroupMetrics: Sendable, Equatable {
  /// Ticks that were evaluated, or missed.
  package var iterations = 0
  /// Ticks that were missed because an evaluation took too long.
  package var iterationsMissed = 0
  /// Evaluations of the group between its ticks, because a scrape brought what it reads.
  package var evaluationsOnScrape = 0
  /// Evaluations of single rules.
  package var evaluations = 0
  /// Evaluations of single rules that failed.
  package var evaluationFailures = 0
  /// Samples that the last evaluation wrote.
  package var lastEvaluationSamples = 0
  /// How long the last evaluation took, in seconds.
  package var lastDuration = 0.0
  /// The sum over its rules, in seconds.
  package var lastRuleDurationSum = 0.0
  /// The sum over all evaluations of the group, in seconds.
  package var durationSum = 0.0
  /// When the last evaluation began; `nil` before the first one.
  package var lastEvaluation: Timestamp?
  /// How long it took to restore the alerts of the group at the start, in seconds.
  package var lastRestoreDuration = 0.0

  package init() {}
}
