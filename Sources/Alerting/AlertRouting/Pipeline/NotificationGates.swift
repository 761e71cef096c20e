import MetricModel

/// The steps between the flush of a group and a message. Each takes alerts out or adds something;
/// nil is the end of the way, and the gate has counted why.
extension AlertNotification {
  /// Without the alerts that others inhibit.
  package func removingInhibited(
    by index: InhibitIndex, counters: inout NotificationCounters
  ) -> AlertNotification? {
    removing(.inhibition, counters: &counters) { index.isInhibited($0.labels, at: now) }
  }

  /// Itself inside of the route's active time intervals and outside of its mute time intervals.
  package func checkingTimeIntervals(
    _ intervals: [String: TimeIntervalDefinition], counters: inout NotificationCounters
  ) -> AlertNotification? {
    let isInside = { (name: String) in intervals[name]?.contains(now) ?? false }
    guard activeTimeIntervals.isEmpty || activeTimeIntervals.contains(where: isInside) else {
      counters.suppressed[.activeTimeInterval, default: 0] += alerts.count
      return nil
    }
    guard !muteTimeIntervals.contains(where: isInside) else {
      counters.suppressed[.muteTimeInterval, default: 0] += alerts.count
      return nil
    }
    return self
  }

  /// Without the silenced alerts.
  package func removingSilenced(
    by silences: SilenceStore, counters: inout NotificationCounters
  ) -> AlertNotification? {
    removing(.silence, counters: &counters) { silences.isSilenced($0.labels, at: now) }
  }

  /// With the reason why it is due, given the last notification of its pipeline; nil if it is not.
  ///
  /// `isPending` says that a message of the pipeline is not delivered yet: then there is nothing to
  /// repeat.
  package func deduplicated(
    by entry: NotificationLogEntry?, sendResolved: Bool, isPending: Bool = false
  ) -> AlertNotification? {
    guard let reason = reason(after: entry, sendResolved: sendResolved) else { return nil }
    if isPending, reason == .repeatElapsed { return nil }
    var due = self
    due.reason = reason
    return due
  }

  /// The message; nil if nothing is left without the ended alerts, which are only sent with
  /// `sendResolved`.
  ///
  /// - Throws: the notifier's error, for example of a template.
  package func rendered(
    by notifier: any Notifier, sendResolved: Bool
  ) throws(NotifyError) -> RenderedMessage? {
    var sent = self
    if !sendResolved { sent.alerts = firing }
    return sent.alerts.isEmpty ? nil : try notifier.render(sent)
  }

  private func removing(
    _ reason: NotificationCounters.Suppression, counters: inout NotificationCounters,
    _ isRemoved: (NotifiedAlert) -> Bool
  ) -> AlertNotification? {
    var rest = self
    rest.alerts.removeAll(where: isRemoved)
    let removed = alerts.count - rest.alerts.count
    if removed > 0 { counters.suppressed[reason, default: 0] += removed }
    return rest.alerts.isEmpty ? nil : rest
  }

  /// Why a notification is due after the last one, as Alertmanager decides it (`notify.go`,
  /// `DedupStage.needsUpdate`, 0.34).
  private func reason(
    after entry: NotificationLogEntry?, sendResolved: Bool
  ) -> NotificationReason? {
    let firing = Set(firing.map(\.labels.fingerprint))
    guard let entry else { return firing.isEmpty ? nil : .firstNotification }
    if !firing.isSubset(of: entry.firing) {
      return entry.firing.isEmpty ? .firstNotification : .newAlerts
    }
    if firing.isEmpty { return entry.firing.isEmpty ? nil : .allResolved }
    let resolved = Set(resolved.map(\.labels.fingerprint))
    if sendResolved, !resolved.isSubset(of: entry.resolved) { return .someResolved }
    let age = entry.at.duration(to: now)
    return age >= repeatInterval.duration ? .repeatElapsed : nil
  }
}
