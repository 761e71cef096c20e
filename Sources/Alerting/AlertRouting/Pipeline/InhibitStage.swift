/// Takes out alerts that other alerts keep quiet; holds back what is left empty (IN1-IN6).
package struct InhibitStage: Stage {
  private let index: InhibitIndex
  private let counters: NotificationCounters

  package init(_ index: InhibitIndex, counters: NotificationCounters) {
    self.index = index
    self.counters = counters
  }

  package func run(
    _ notification: AlertNotification
  ) async throws(NotifyError) -> AlertNotification? {
    var passed = notification
    passed.alerts = notification.alerts.filter { !index.isInhibited($0.labels) }
    counters.suppressed(.inhibition, notification.alerts.count - passed.alerts.count)
    return passed.alerts.isEmpty ? nil : passed
  }
}
