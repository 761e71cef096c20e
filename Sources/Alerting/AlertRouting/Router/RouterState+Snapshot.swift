package import MetricModel
package import StorageAPI

/// An alert as Alertmanager's API shows it.
package struct RoutedAlert: Sendable, Equatable {
  /// Whether receivers are notified of it.
  package enum State: String, Sendable {
    /// None of its groups was flushed yet.
    case unprocessed
    /// Receivers are notified.
    case active
    /// It is silenced, inhibited or muted.
    case suppressed
  }

  /// The alert.
  package let alert: Alert
  /// The receivers that it is routed to, sorted.
  package let receivers: [String]
  /// Whether receivers are notified of it.
  package let state: State
  /// The ids of the silences that hold it back.
  package let silencedBy: [String]
  /// The fingerprints of the alerts that inhibit it.
  package let inhibitedBy: [String]
  /// The names of the time intervals that hold its groups back.
  package let mutedBy: [String]

  /// The identity as 16 hexadecimal digits.
  package var fingerprint: String { Fingerprint.text(alert.labels.fingerprint) }
}

/// A group of alerts as Alertmanager's API shows it.
package struct RoutedGroup: Sendable, Equatable {
  /// The labels by which it was grouped.
  package let labels: Labels
  /// The labels of the route.
  package let routeLabels: Labels
  /// The receiver of the route.
  package let receiver: String
  /// The group's alerts that have not ended, sorted by fingerprint.
  package let alerts: [RoutedAlert]
  /// The text of the group's key.
  package let key: String
  /// When it is flushed next.
  package let nextFlush: Timestamp
}

extension RouterState {
  /// The alerts that have not ended, sorted by fingerprint. Filters are the caller's.
  func alertsSnapshot(at now: Timestamp) -> [RoutedAlert] {
    let active = activeIntervals(at: now)
    return alerts.values.filter { !$0.alert.isResolved(at: now) }
      .map { routed($0.alert, in: $0.memberships, active, at: now) }
      .sorted { $0.fingerprint < $1.fingerprint }
  }

  /// The groups with alerts that have not ended, sorted by labels, then receiver.
  func groupsSnapshot(at now: Timestamp) -> [RoutedGroup] {
    let active = activeIntervals(at: now)
    return groups.all.map { group in
      let membership = RoutedAlertState.Membership(group: group.key, route: group.route.index)
      return RoutedGroup(
        labels: group.labels, routeLabels: Labels(group.route.labels),
        receiver: group.route.receiver,
        alerts: group.alerts.values.filter { !$0.isResolved(at: now) }
          .map { routed($0, in: [membership], active, at: now) }
          .sorted { $0.fingerprint < $1.fingerprint },
        key: group.key.description, nextFlush: group.nextFlush)
    }.filter { !$0.alerts.isEmpty }
      .sorted { ($0.labels, $0.receiver, $0.key) < ($1.labels, $1.receiver, $1.key) }
  }

  private func routed(
    _ alert: Alert, in memberships: [RoutedAlertState.Membership], _ active: Set<String>,
    at now: Timestamp
  ) -> RoutedAlert {
    let routes = memberships.map { tree.routes[$0.route] }
    let silencedBy = silences.silencing(alert.labels, at: now)
    let inhibitedBy = inhibition.inhibitors(of: alert.labels, at: now)
    let mutedBy = Set(routes.flatMap { Self.muting($0, active) }).sorted()
    let isProcessed = memberships.contains {
      groups[$0.group]?.processed.contains(alert.labels) ?? false
    }
    let isSuppressed = !(silencedBy.isEmpty && inhibitedBy.isEmpty && mutedBy.isEmpty)
    return RoutedAlert(
      alert: alert, receivers: Set(routes.map(\.receiver)).sorted(),
      state: isSuppressed ? .suppressed : isProcessed ? .active : .unprocessed,
      silencedBy: silencedBy, inhibitedBy: inhibitedBy, mutedBy: mutedBy)
  }

  /// The names of the time intervals that are active at an instant.
  private func activeIntervals(at now: Timestamp) -> Set<String> {
    Set(timeIntervals.values.filter { $0.contains(now) }.map(\.name))
  }

  /// The intervals that hold a route back, given those that are active.
  private static func muting(_ route: Route, _ active: Set<String>) -> [String] {
    let muted = route.muteTimeIntervals.filter(active.contains)
    guard !route.activeTimeIntervals.isEmpty,
      !route.activeTimeIntervals.contains(where: active.contains)
    else { return muted }
    return muted + route.activeTimeIntervals
  }
}
