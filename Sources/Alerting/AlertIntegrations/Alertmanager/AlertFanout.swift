package import StorageAPI
import Synchronization

/// Gives alerts to several sinks: the own router first, then the real Alertmanagers of the configuration (N6).
package final class AlertFanout: AlertSink {
  private let router: any AlertSink
  private let others = Mutex<[AlertmanagerSender]>([])

  package init(_ router: any AlertSink) { self.router = router }

  /// The Alertmanagers from now on.
  package func use(_ senders: [AlertmanagerSender]) { others.withLock { $0 = senders } }

  /// The Alertmanagers now.
  package var senders: [AlertmanagerSender] { others.withLock { $0 } }

  package func receive(_ alerts: [Alert]) async {
    await router.receive(alerts)
    for sender in senders { await sender.receive(alerts) }
  }
}
