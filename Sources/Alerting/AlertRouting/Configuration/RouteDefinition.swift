package import MetricModel

/// A node of the routing tree as the file states it; nil is "as the parent" (TR3).
package struct RouteDefinition: Sendable, Hashable {
  /// Who is told; the root must say it.
  package var receiver: String?
  /// What alerts of one group have in common.
  package var groupBy: GroupBy?
  /// How long a new group waits for more alerts.
  package var groupWait: PrometheusDuration?
  /// The distance of later messages of a group.
  package var groupInterval: PrometheusDuration?
  /// After what time a message is repeated.
  package var repeatInterval: PrometheusDuration?
  /// All must hold; `match` and `match_re` are decoded into these, too (M2).
  package var matchers: [LabelMatcher] = []
  /// Whether siblings after this one are tried as well.
  package var continues = false
  /// Names of intervals in which messages are held back.
  package var muteTimeIntervals: [String] = []
  /// Names of intervals outside of which messages are held back; empty: always active.
  package var activeTimeIntervals: [String] = []
  /// `labels` of the route: templates (TR8).
  package var labels: [String: String] = [:]
  /// The children, in the order of the file.
  package var routes: [RouteDefinition] = []
  /// The line in the file, from 1; 0 if unknown.
  package var line = 0

  package init() {}
}

/// By which labels alerts are grouped (TR5).
package enum GroupBy: Sendable, Hashable {
  /// `['...']`: every label set is a group of its own.
  case all
  /// These labels; none: one group for all.
  case labels([String])

  /// The part of an alert's labels that names its group.
  package func groupLabels(of labels: Labels) -> Labels {
    switch self {
    case .all: labels
    case .labels(let names): labels.keeping(names)
    }
  }
}
