import MetricModel

extension NotificationConfiguration {
  /// Checks what needs the whole file: names are unique and defined, the root takes every alert,
  /// options make sense.
  ///
  /// - Throws: the first fault, with its line.
  package func check() throws(RoutingError) {
    try checkNames()
    try checkRoot()
    try checkRoute(route)
  }

  private func checkNames() throws(RoutingError) {
    guard !receivers.isEmpty else {
      throw RoutingError(line: 0, reason: "no receivers; name at least one under receivers:")
    }
    var seen: Set<String> = []
    for receiver in receivers {
      guard !receiver.name.isEmpty else {
        throw RoutingError(line: receiver.line, reason: "a receiver has no name")
      }
      guard seen.insert(receiver.name).inserted else {
        throw RoutingError(
          line: receiver.line,
          reason: "receiver name \"\(receiver.name)\" is used twice; names must be unique")
      }
    }
    seen = []
    for interval in timeIntervals {
      guard !interval.name.isEmpty else {
        throw RoutingError(line: interval.line, reason: "a time interval has no name")
      }
      guard seen.insert(interval.name).inserted else {
        throw RoutingError(
          line: interval.line,
          reason: "time interval name \"\(interval.name)\" is used twice; names must be unique")
      }
    }
  }

  private func checkRoot() throws(RoutingError) {
    let line = route.line
    guard let receiver = route.receiver, !receiver.isEmpty else {
      throw RoutingError(line: line, reason: "the root route needs a receiver")
    }
    guard route.matchers.isEmpty else {
      throw RoutingError(
        line: line, reason: "the root route takes every alert and must not have matchers")
    }
    guard !route.continues else {
      throw RoutingError(line: line, reason: "the root route must not have continue: true")
    }
    guard route.muteTimeIntervals.isEmpty, route.activeTimeIntervals.isEmpty else {
      throw RoutingError(
        line: line,
        reason: "the root route must not have mute or active time intervals; put them on a child")
    }
  }

  private func checkRoute(_ route: RouteDefinition) throws(RoutingError) {
    if let receiver = route.receiver, !receivers.contains(where: { $0.name == receiver }) {
      throw RoutingError(
        line: route.line,
        reason: "unknown receiver \"\(receiver)\"; define it under receivers:")
    }
    for (key, interval) in [
      ("group_interval", route.groupInterval), ("repeat_interval", route.repeatInterval),
    ] where interval == .zero {
      throw RoutingError(line: route.line, reason: "\(key) must be longer than 0")
    }
    if case .labels(let names) = route.groupBy {
      guard Set(names.map(ExactText.init)).count == names.count else {
        throw RoutingError(line: route.line, reason: "group_by names a label twice")
      }
      guard !names.contains("...") else {
        throw RoutingError(line: route.line, reason: "'...' must stand alone in group_by")
      }
    }
    for name in route.muteTimeIntervals + route.activeTimeIntervals
    where !timeIntervals.contains(where: { $0.name == name }) {
      throw RoutingError(
        line: route.line,
        reason: "unknown time interval \"\(name)\"; define it under time_intervals:")
    }
    for child in route.routes { try checkRoute(child) }
  }
}
