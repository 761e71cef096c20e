package import MetricModel
package import StorageAPI

/// What one receiver is to be told of one group: it walks through the stages, which take alerts out or hold it back.
package struct AlertNotification: Sendable {
  /// The receiver's name.
  package var receiver: String
  /// The group.
  package var groupKey: GroupKey
  /// What the alerts of the group have in common by which they were grouped.
  package var groupLabels: Labels
  /// The labels of the route, expanded (TR8).
  package var routeLabels: Labels
  /// The alerts, sorted (D3).
  package var alerts: [NotifiedAlert]
  /// Why now; nil before ``DedupStage``.
  package var reason: NotificationReason?
  /// The instant of the flush.
  package var now: Timestamp
  /// After what time the same message is due again.
  package var repeatInterval: PrometheusDuration
  /// Names of intervals in which messages of the route are held back.
  package var muteTimeIntervals: [String]
  /// Names of intervals outside of which messages of the route are held back.
  package var activeTimeIntervals: [String]

  package init(
    receiver: String, groupKey: GroupKey, groupLabels: Labels, routeLabels: Labels = .empty,
    alerts: [NotifiedAlert], reason: NotificationReason? = nil, now: Timestamp,
    repeatInterval: PrometheusDuration = .hours(4), muteTimeIntervals: [String] = [],
    activeTimeIntervals: [String] = []
  ) {
    self.receiver = receiver
    self.groupKey = groupKey
    self.groupLabels = groupLabels
    self.routeLabels = routeLabels
    self.alerts = alerts
    self.reason = reason
    self.now = now
    self.repeatInterval = repeatInterval
    self.muteTimeIntervals = muteTimeIntervals
    self.activeTimeIntervals = activeTimeIntervals
  }

  /// The alerts that fire.
  package var firing: [NotifiedAlert] { alerts.filter { !$0.isResolved } }
  /// The alerts that have ended.
  package var resolved: [NotifiedAlert] { alerts.filter(\.isResolved) }
  /// Firing if any alert fires (W2).
  package var status: AlertStatus { alerts.allSatisfy(\.isResolved) ? .resolved : .firing }

  /// The labels that all alerts share.
  package var commonLabels: Labels { Self.common(alerts.map(\.labels)) }
  /// The annotations that all alerts share.
  package var commonAnnotations: Labels { Self.common(alerts.map(\.annotations)) }

  private static func common(_ sets: [Labels]) -> Labels {
    guard let first = sets.first else { return .empty }
    return Labels(
      first.filter { label in sets.dropFirst().allSatisfy { $0[label.name] == label.value } })
  }
}

/// Whether alerts fire or have ended.
package enum AlertStatus: String, Sendable, Codable {
  case firing, resolved
}

/// An alert as receivers are told of it: what it was at the instant of the flush.
package struct NotifiedAlert: Sendable, Hashable {
  package let labels: Labels
  package let annotations: Labels
  package let startsAt: Timestamp
  /// When it ended; nil while it fires (D3).
  package let endsAt: Timestamp?
  package let generatorURL: String

  /// An alert as it stands at an instant.
  package init(_ alert: Alert, at now: Timestamp) {
    labels = alert.labels
    annotations = alert.annotations
    startsAt = alert.startsAt
    endsAt = alert.isResolved(at: now) ? alert.endsAt : nil
    generatorURL = alert.generatorURL
  }

  /// Whether it has ended.
  package var isResolved: Bool { endsAt != nil }
  /// Whether it fires or has ended.
  package var status: AlertStatus { isResolved ? .resolved : .firing }
  /// The identity as 16 hexadecimal digits (I3).
  package var fingerprint: String { Fingerprint.text(labels.fingerprint) }
}

/// Why a message is sent (P3, P4).
package enum NotificationReason: String, Sendable, Codable {
  case firstNotification = "first notification"
  case newAlerts = "new alerts added"
  case allResolved = "all alerts resolved"
  case someResolved = "some alerts resolved"
  case repeatElapsed = "repeat interval elapsed"
}
