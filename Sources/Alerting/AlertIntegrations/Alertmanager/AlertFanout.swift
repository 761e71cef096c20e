package import StorageAPI
import Synchronization

/// Passes alerts on to several sinks: first the router of this process, then the Alertmanagers of
/// the configuration.
package final class AlertFanout: AlertSink {
  private let router: any AlertSink
  private let others = Mutex<[AlertmanagerSender]>([])

  /// Starts without Alertmanagers.
  package init(_ router: any AlertSink) { self.router = router }

  /// Replaces the Alertmanagers.
  package func use(_ senders: [AlertmanagerSender]) { others.withLock { $0 = senders } }

  /// The current Alertmanagers.
  package var senders: [AlertmanagerSender] { others.withLock { $0 } }

  /// Passes alerts on to the router, and then to each Alertmanager.
  package func receive(_ alerts: [Alert]) async {
    await router.receive(alerts)
    for sender in senders { await sender.receive(alerts) }
  }
}
