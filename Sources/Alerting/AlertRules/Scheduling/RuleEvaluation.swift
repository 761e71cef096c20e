/// When rule groups are evaluated.
package enum RuleEvaluation: String, Sendable, CaseIterable {
  /// At the slots of each group's interval, as Prometheus does it.
  case interval
  /// At the slots, and as soon as a scrape has landed that brings what a group with alerts reads: a page leaves milliseconds after
  /// the sample that is its reason.
  case onScrape = "on_scrape"
}

/// Why a group is evaluated.
package enum EvaluationTrigger: Sendable {
  /// Its slot has come.
  case slot
  /// A scrape has landed that feeds it.
  case scrape
}
