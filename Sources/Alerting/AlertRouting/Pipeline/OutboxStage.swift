/// Renders the message and keeps it, together with what the notification log then says, before anyone tries to deliver it.
package struct OutboxStage: Stage {
  private let notifier: any Notifier
  private let sendResolved: Bool
  private let keep: @Sendable (AlertNotification, RenderedMessage?) async -> Void

  /// `keep` makes one transaction of outbox row and log entry; without a message, of the log entry alone.
  package init(
    _ notifier: any Notifier, sendResolved: Bool,
    keep: @escaping @Sendable (AlertNotification, RenderedMessage?) async -> Void
  ) {
    self.notifier = notifier
    self.sendResolved = sendResolved
    self.keep = keep
  }

  package func run(
    _ notification: AlertNotification
  ) async throws(NotifyError) -> AlertNotification? {
    var told = notification
    // The log knows all alerts, the receiver may only want those that fire (P7).
    if !sendResolved { told.alerts = notification.firing }
    guard !told.alerts.isEmpty else {
      await keep(notification, nil)
      return nil
    }
    let message = try notifier.render(told)
    await keep(notification, message)
    return told
  }
}
