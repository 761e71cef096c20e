package import MetricModel

/// The routing tree, ready to route: every node knows all its options (TR1, TR3).
package struct RoutingTree: Sendable {
  /// The node that takes what no other does.
  package let root: Route

  /// Builds the tree of a configuration that was checked.
  package init(_ configuration: NotificationConfiguration) {
    root = Route(configuration.route, under: nil)
  }

  /// The nodes that take an alert, in the order of the file; never empty (TR1).
  package func routes(for labels: Labels) -> [Route] { root.routes(for: labels) }

  /// All nodes, parents before children.
  package var allRoutes: [Route] {
    func list(_ route: Route) -> [Route] { [route] + route.children.flatMap(list) }
    return list(root)
  }
}

/// A node of the routing tree with everything that it inherits.
package struct Route: Sendable {
  /// Who is told.
  package let receiver: String
  /// What alerts of one group have in common.
  package let groupBy: GroupBy
  /// How long a new group waits.
  package let groupWait: PrometheusDuration
  /// The distance of later messages.
  package let groupInterval: PrometheusDuration
  /// After what time a message is repeated.
  package let repeatInterval: PrometheusDuration
  /// All must hold.
  package let matchers: [LabelMatcher]
  /// Whether siblings after this one are tried as well.
  package let continues: Bool
  /// Names of intervals in which messages are held back.
  package let muteTimeIntervals: [String]
  /// Names of intervals outside of which messages are held back.
  package let activeTimeIntervals: [String]
  /// Templates of the route's labels (TR8).
  package let labels: [String: String]
  /// The matchers from the root to here: the route's part of a group key (TR6).
  package let path: String
  /// The children.
  package let children: [Route]

  init(_ definition: RouteDefinition, under parent: Route.Inherited?) {
    let inherited = parent ?? Inherited()
    receiver = definition.receiver ?? inherited.receiver
    groupBy = definition.groupBy ?? inherited.groupBy
    groupWait = definition.groupWait ?? inherited.groupWait
    groupInterval = definition.groupInterval ?? inherited.groupInterval
    repeatInterval = definition.repeatInterval ?? inherited.repeatInterval
    matchers = definition.matchers
    continues = definition.continues
    muteTimeIntervals = definition.muteTimeIntervals
    activeTimeIntervals = definition.activeTimeIntervals
    labels = inherited.labels.merging(definition.labels) { $1 }
    let own = "{" + definition.matchers.map(\.description).sorted().joined(separator: ",") + "}"
    path = inherited.path.map { $0 + "/" + own } ?? own
    let passedOn = Inherited(
      receiver: receiver, groupBy: groupBy, groupWait: groupWait, groupInterval: groupInterval,
      repeatInterval: repeatInterval, labels: labels, path: path)
    children = definition.routes.map { Route($0, under: passedOn) }
  }

  /// What children take over (TR3), with the defaults (TR4).
  struct Inherited {
    var receiver = ""
    var groupBy = GroupBy.labels([])
    var groupWait = PrometheusDuration.seconds(30)
    var groupInterval = PrometheusDuration.minutes(5)
    var repeatInterval = PrometheusDuration.hours(4)
    var labels: [String: String] = [:]
    var path: String?
  }

  func routes(for alert: Labels) -> [Route] {
    guard matchers.allSatisfy({ $0.matches(alert) }) else { return [] }
    var found: [Route] = []
    for child in children {
      let matching = child.routes(for: alert)
      found += matching
      if !matching.isEmpty, !child.continues { break }
    }
    return found.isEmpty ? [self] : found
  }

  /// The key of the group that an alert belongs to on this route.
  package func groupKey(of alert: Labels) -> GroupKey {
    GroupKey(path: path, labels: groupBy.groupLabels(of: alert))
  }
}

/// The identity of a group of alerts: `{matchers}/{matchers}:{group labels}`, the same over restarts while the routes are (TR6).
package struct GroupKey: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The text.
  package let description: String

  package init(path: String, labels: Labels) { description = "\(path):\(labels)" }

  init(text: String) { description = text }

  package static func == (left: GroupKey, right: GroupKey) -> Bool {
    left.description.isExactly(right.description)
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(ExactText(description)) }

  package static func < (left: GroupKey, right: GroupKey) -> Bool {
    ExactText(left.description) < ExactText(right.description)
  }
}
