package import MetricModel

/// The routing tree, ready to route: every node has all its options.
package struct RoutingTree: Sendable {
  /// The node that takes what no other does.
  package let root: Route
  /// All nodes, parents before children, in the order of the file; each one's place is its
  /// ``Route/index``.
  let routes: [Route]

  /// Builds the tree of a configuration that was checked.
  package init(_ configuration: NotificationConfiguration) {
    var numbers = Route.Numbers()
    root = Route(configuration.route, under: nil, &numbers)
    func list(_ route: Route) -> [Route] { [route] + route.children.flatMap(list) }
    routes = list(root)
  }

  /// The nodes that take an alert, in the order of the file; never empty.
  ///
  /// A node takes what its matchers match and none of its children takes. The first child that
  /// matches ends the search among its siblings, unless it has `continue: true`.
  package func routes(for labels: Labels) -> [Route] { root.routes(for: labels) }
}

/// A node of the routing tree with everything that it inherits.
package struct Route: Sendable {
  /// The receiver that is notified.
  package let receiver: String
  /// What alerts of one group have in common.
  package let groupBy: GroupBy
  /// How long a new group waits.
  package let groupWait: PrometheusDuration
  /// The time between later messages.
  package let groupInterval: PrometheusDuration
  /// The time after which a message is repeated.
  package let repeatInterval: PrometheusDuration
  /// All of them must match.
  package let matchers: [LabelMatcher]
  /// Whether siblings after this one are tried as well.
  package let continues: Bool
  /// Names of intervals in which messages are held back.
  package let muteTimeIntervals: [String]
  /// Names of intervals outside of which messages are held back.
  package let activeTimeIntervals: [String]
  /// Templates of the route's labels, which receivers get as `routeLabels`.
  package let labels: [String: String]
  /// The matchers from the root to here: the route's part of a group key.
  package let path: String
  /// The number of the route among those with the same ``path``, from 0.
  package let occurrence: Int
  /// The place among all routes of the tree.
  let index: Int
  /// The children.
  package let children: [Route]

  init(_ definition: RouteDefinition, under parent: Inherited?, _ numbers: inout Numbers) {
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
    (index, occurrence) = numbers.next(path)
    let passedOn = Inherited(
      receiver: receiver, groupBy: groupBy, groupWait: groupWait, groupInterval: groupInterval,
      repeatInterval: repeatInterval, labels: labels, path: path)
    children = definition.routes.map { Route($0, under: passedOn, &numbers) }
  }

  /// What children inherit, with Alertmanager's defaults.
  struct Inherited {
    var receiver = ""
    var groupBy = GroupBy.labels([])
    var groupWait = PrometheusDuration.seconds(30)
    var groupInterval = PrometheusDuration.minutes(5)
    var repeatInterval = PrometheusDuration.hours(4)
    var labels: [String: String] = [:]
    var path: String?
  }

  /// Numbers the routes in the order of the file.
  struct Numbers {
    private var count = 0
    private var occurrences: [ExactText: Int] = [:]

    mutating func next(_ path: String) -> (index: Int, occurrence: Int) {
      let occurrence = occurrences[ExactText(path), default: 0]
      occurrences[ExactText(path)] = occurrence + 1
      defer { count += 1 }
      return (count, occurrence)
    }
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
    GroupKey(path: path, labels: groupBy.groupLabels(of: alert), occurrence: occurrence)
  }
}

/// The identity of a group of alerts: its route and the labels by which it is grouped. The same
/// after a restart as long as the routes are.
package struct GroupKey: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The text that receivers get, as Alertmanager's: `{matchers}/{matchers}:{group labels}`.
  package let description: String
  /// The number of the route among those with the same matchers, from 0: siblings with equal
  /// matchers each have their own groups.
  package let occurrence: Int

  /// The key of a group of a route, see ``Route/path`` and ``Route/occurrence``.
  package init(path: String, labels: Labels, occurrence: Int = 0) {
    self.init(text: "\(path):\(labels)", occurrence: occurrence)
  }

  init(text: String, occurrence: Int) {
    description = text
    self.occurrence = occurrence
  }

  /// Whether the routes are the same and the labels have the same bytes.
  package static func == (left: GroupKey, right: GroupKey) -> Bool {
    left.occurrence == right.occurrence && left.description.isExactly(right.description)
  }

  /// Combines the bytes of the text and the route.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(ExactText(description))
    hasher.combine(occurrence)
  }

  /// The order by text, then by route.
  package static func < (left: GroupKey, right: GroupKey) -> Bool {
    let (leftText, rightText) = (ExactText(left.description), ExactText(right.description))
    return leftText == rightText ? left.occurrence < right.occurrence : leftText < rightText
  }
}
