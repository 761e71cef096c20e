package import MetricModel
package import StorageAPI

/// An alert as the API shows it (AM4).
package struct RoutedAlert: Sendable, Equatable {
  /// Where it stands on its way to people.
  package enum State: String, Sendable {
    case unprocessed, active, suppressed
  }

  /// The alert.
  package let alert: Alert
  /// The receivers that it is routed to, sorted.
  package let receivers: [String]
  /// Where it stands.
  package let state: State
  /// The ids of the silences that hold it back.
  package let silencedBy: [String]
  /// The fingerprints of the alerts that keep it quiet.
  package let inhibitedBy: [String]
  /// The names of the time intervals that hold its groups back.
  package let mutedBy: [String]

  /// The identity as 16 hexadecimal digits.
  package var fingerprint: String { Fingerprint.text(alert.labels.fingerprint) }
}

/// A group of alerts as the API shows it (AM6).
package struct RoutedGroup: Sendable, Equatable {
  /// The labels by which it was grouped.
  package let labels: Labels
  /// The labels of the route.
  package let routeLabels: Labels
  /// Who is told.
  package let receiver: String
  /// The group's alerts that have not ended, sorted by fingerprint.
  package let alerts: [RoutedAlert]
  /// The text of the group's key.
  package let key: String
  /// When it is flushed next.
  package let nextFlush: Timestamp
}

/// A line with messages that have not arrived.
package struct PendingDelivery: Sendable, Equatable {
  package let integration: IntegrationKey
  package let groupKey: String
  /// How many messages wait.
  package let count: Int
  /// Tries of the first one that failed.
  package let failures: Int
  /// Why the last try failed.
  package let lastError: String?
  /// When the first one was made.
  package let since: Timestamp
}

extension AlertRouter {
  /// The alerts that have not ended, sorted by fingerprint (AM4). Filters are the caller's.
  package func alertsSnapshot() -> [RoutedAlert] {
    let view = SnapshotView(self)
    return alerts.values.filter { !$0.isResolved(at: view.now) }
      .map { view.routed($0, in: tree.routes(for: $0.labels)) }
      .sorted { $0.fingerprint < $1.fingerprint }
  }

  /// The groups with alerts that have not ended, sorted by labels, then receiver (AM6).
  package func groupsSnapshot() -> [RoutedGroup] {
    let view = SnapshotView(self)
    return groups.values.map { group in
      RoutedGroup(
        labels: group.labels, routeLabels: Labels(group.route.labels),
        receiver: group.route.receiver,
        alerts: group.alerts.values.filter { !$0.isResolved(at: view.now) }
          .map { view.routed($0, in: [group.route]) }
          .sorted { $0.fingerprint < $1.fingerprint },
        key: group.key.description, nextFlush: group.nextFlush)
    }.filter { !$0.alerts.isEmpty }
      .sorted { ($0.labels, $0.receiver, $0.key) < ($1.labels, $1.receiver, $1.key) }
  }

  /// The lines with messages that have not arrived, the oldest first.
  package func pendingDeliveries() -> [PendingDelivery] {
    queues.compactMap { line, queue in
      guard let first = queue.messages.first else { return nil }
      return PendingDelivery(
        integration: line.integration, groupKey: line.group.description,
        count: queue.messages.count, failures: queue.failures, lastError: queue.lastError,
        since: Timestamp(rawValue: first.createdAt))
    }.sorted { ($0.since, $0.groupKey) < ($1.since, $1.groupKey) }
  }

  /// The receivers' names, in the order of the file.
  package var receiverNames: [String] { configuration.receivers.map(\.name) }

  /// What is needed to show alerts as they stand at one instant.
  private struct SnapshotView {
    let now: Timestamp
    let inhibition: InhibitIndex
    let silences: SilenceStore
    let intervals: [TimeIntervalDefinition]
    let groups: [GroupKey: AlertGroup]

    init(_ router: isolated AlertRouter) {
      now = router.services.clock.now()
      inhibition = InhibitIndex(
        router.configuration.inhibitRules, alerts: router.alerts.values, at: now)
      silences = router.silences
      intervals = router.configuration.timeIntervals
      groups = router.groups
    }

    func routed(_ alert: Alert, in routes: [Route]) -> RoutedAlert {
      let silencedBy = silences.silencing(alert.labels, at: now)
      let inhibitedBy = inhibition.inhibitors(of: alert.labels)
      let mutedBy = Set(routes.flatMap(muting)).sorted()
      let isProcessed = routes.contains {
        groups[$0.groupKey(of: alert.labels)]?.processed.contains(alert.labels) ?? false
      }
      let isSuppressed = !(silencedBy.isEmpty && inhibitedBy.isEmpty && mutedBy.isEmpty)
      return RoutedAlert(
        alert: alert, receivers: Set(routes.map(\.receiver)).sorted(),
        state: isSuppressed ? .suppressed : isProcessed ? .active : .unprocessed,
        silencedBy: silencedBy, inhibitedBy: inhibitedBy, mutedBy: mutedBy)
    }

    /// The intervals that hold a route back now.
    private func muting(_ route: Route) -> [String] {
      let active = Set(intervals.filter { $0.contains(now) }.map(\.name))
      let muted = route.muteTimeIntervals.filter(active.contains)
      guard !route.activeTimeIntervals.isEmpty,
        !route.activeTimeIntervals.contains(where: active.contains)
      else { return muted }
      return muted + route.activeTimeIntervals
    }
  }
}
