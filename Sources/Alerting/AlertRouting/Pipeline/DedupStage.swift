import MetricModel

/// Holds back what the integration was told already, and says why the rest is told now (P3).
package struct DedupStage: Stage {
  private let entry: NotificationLogEntry?
  private let sendResolved: Bool
  private let isPending: Bool

  /// `isPending` says that a message on this line has not arrived yet: then there is nothing to repeat.
  package init(_ entry: NotificationLogEntry?, sendResolved: Bool, isPending: Bool = false) {
    self.entry = entry
    self.sendResolved = sendResolved
    self.isPending = isPending
  }

  package func run(
    _ notification: AlertNotification
  ) async throws(NotifyError) -> AlertNotification? {
    guard let reason = Self.reason(for: notification, after: entry, sendResolved: sendResolved)
    else { return nil }
    if isPending, reason == .repeatElapsed { return nil }
    var passed = notification
    passed.reason = reason
    return passed
  }

  /// The decision table of P3.
  package static func reason(
    for notification: AlertNotification, after entry: NotificationLogEntry?, sendResolved: Bool
  ) -> NotificationReason? {
    let firing = Set(notification.firing.map(\.labels.fingerprint))
    let resolved = Set(notification.resolved.map(\.labels.fingerprint))
    guard let entry else { return firing.isEmpty ? nil : .firstNotification }
    if !firing.isSubset(of: entry.firing) {
      return entry.firing.isEmpty ? .firstNotification : .newAlerts
    }
    if firing.isEmpty { return entry.firing.isEmpty ? nil : .allResolved }
    if sendResolved, !resolved.isSubset(of: entry.resolved) { return .someResolved }
    let age = notification.now.milliseconds(since: entry.at)
    return age >= notification.repeatInterval.rawValue ? .repeatElapsed : nil
  }
}
