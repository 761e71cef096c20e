package import MetricModel
package import StorageAPI

/// A notification of one receiver about one group, on its way from the group's flush to a message.
package struct AlertNotification: Sendable {
  /// The receiver's name.
  package var receiver: String
  /// The group.
  package var groupKey: GroupKey
  /// The labels by which the alerts were grouped.
  package var groupLabels: Labels
  /// The labels of the route, expanded.
  package var routeLabels: Labels
  /// The alerts, in the order of `AlertGroup.isBefore(_:_:)`.
  package var alerts: [NotifiedAlert]
  /// Why it is due; nil before ``deduplicated(by:sendResolved:isPending:)``.
  package var reason: NotificationReason?
  /// The instant of the flush.
  package var now: Timestamp
  /// The time after which the same message is due again.
  package var repeatInterval: PrometheusDuration
  /// Names of intervals in which messages of the route are held back.
  package var muteTimeIntervals: [String]
  /// Names of intervals outside of which messages of the route are held back.
  package var activeTimeIntervals: [String]

  /// A notification with the values of a group and its route.
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
  /// Firing if any alert fires.
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
  /// It fires, or one of several does.
  case firing
  /// It has ended, or all have.
  case resolved
}

/// An alert as it was at the instant of the flush.
package struct NotifiedAlert: Sendable, Hashable {
  /// The identity.
  package let labels: Labels
  /// Texts for people.
  package let annotations: Labels
  /// When it began to fire.
  package let startsAt: Timestamp
  /// When it ended; nil while it fires.
  package let endsAt: Timestamp?
  /// Where the expression can be seen.
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
  /// The fingerprint of the labels as 16 hexadecimal digits, the same as Alertmanager's.
  package var fingerprint: String { Fingerprint.text(labels.fingerprint) }
}

/// Why a message is sent, in the words of Alertmanager 0.34 (`notification_reason`).
package enum NotificationReason: String, Sendable, Codable {
  /// Nothing that fires was sent before.
  case firstNotification = "first notification"
  /// An alert fires that the last message did not name.
  case newAlerts = "new alerts added"
  /// No alert fires any more.
  case allResolved = "all alerts resolved"
  /// An alert has ended that the last message did not name as ended.
  case someResolved = "some alerts resolved"
  /// Nothing has changed for `repeat_interval`.
  case repeatElapsed = "repeat interval elapsed"
}
