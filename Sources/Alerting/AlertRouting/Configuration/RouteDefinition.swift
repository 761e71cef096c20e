package import MetricModel

/// A node of the routing tree as the file states it; nil is inherited from the parent.
package struct RouteDefinition: Sendable, Hashable {
  /// The receiver; the root must have one.
  package var receiver: String?
  /// The labels that the alerts of one group have in common.
  package var groupBy: GroupBy?
  /// How long a new group waits for more alerts.
  package var groupWait: PrometheusDuration?
  /// The time between later messages of a group.
  package var groupInterval: PrometheusDuration?
  /// The time after which a message is repeated.
  package var repeatInterval: PrometheusDuration?
  /// All of them must match; `match` and `match_re` are decoded into these, too.
  package var matchers: [LabelMatcher] = []
  /// Whether siblings after this one are tried as well.
  package var continues = false
  /// Names of intervals in which messages are held back.
  package var muteTimeIntervals: [String] = []
  /// Names of intervals outside of which messages are held back; empty: always active.
  package var activeTimeIntervals: [String] = []
  /// `labels` of the route: templates whose results receivers get as `routeLabels`.
  package var labels: [String: String] = [:]
  /// The children, in the order of the file.
  package var routes: [RouteDefinition] = []
  /// The line in the file, from 1; 0 if unknown.
  package var line = 0

  /// A route that inherits everything.
  package init() {}
}

/// The labels by which alerts are grouped.
package enum GroupBy: Sendable, Hashable {
  /// `['...']`: every label set is a group of its own.
  case all
  /// These labels; none: one group for all.
  case labels([String])

  /// The part of an alert's labels that names its group.
  package func groupLabels(of labels: Labels) -> Labels {
    switch self {
    case .all: labels
    case .labels(let names): labels.retaining(names)
    }
  }
}
