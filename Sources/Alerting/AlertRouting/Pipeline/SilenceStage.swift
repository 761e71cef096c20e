/// Takes out silenced alerts; holds back what is left empty (S7).
package struct SilenceStage: Stage {
  private let book: SilenceStore
  private let counters: NotificationCounters

  package init(_ book: SilenceStore, counters: NotificationCounters) {
    self.book = book
    self.counters = counters
  }

  package func run(
    _ notification: AlertNotification
  ) async throws(NotifyError) -> AlertNotification? {
    var passed = notification
    passed.alerts = notification.alerts.filter {
      !book.isSilenced($0.labels, at: notification.now)
    }
    counters.suppressed(.silence, notification.alerts.count - passed.alerts.count)
    return passed.alerts.isEmpty ? nil : passed
  }
}
