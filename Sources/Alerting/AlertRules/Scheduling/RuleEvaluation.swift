/// When rule groups are evaluated.
package enum RuleEvaluation: String, Sendable, CaseIterable {
  /// At the ticks of each group's interval, as in Prometheus.
  case interval
  /// At the ticks, and as soon as a scrape has brought samples that a group with alerts reads: a
  /// notification leaves milliseconds after the sample that is its reason.
  case onScrape = "on_scrape"
}

/// Why a group is evaluated.
package enum EvaluationTrigger: Sendable {
  /// A scheduled tick.
  case tick
  /// A scrape has brought samples that the group reads.
  case scrape
}
