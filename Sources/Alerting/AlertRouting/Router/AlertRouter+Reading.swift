import Concurrency
package import MetricModel

extension AlertRouter {
  /// The alerts that have not ended, sorted by fingerprint.
  package func alertsSnapshot() -> [RoutedAlert] {
    state.alertsSnapshot(at: services.clock.now)
  }

  /// The groups with alerts that have not ended, sorted by labels, then receiver.
  package func groupsSnapshot() -> [RoutedGroup] {
    state.groupsSnapshot(at: services.clock.now)
  }

  /// The pipelines with messages that are not delivered, oldest message first.
  package func pendingDeliveries() -> [PendingDelivery] { state.outbox.pending }

  /// All silences: active, pending, then expired ones.
  package func allSilences() -> [Silence] { state.silences.list(at: services.clock.now) }

  /// One silence.
  package func silence(_ id: String) -> Silence? { state.silences[id] }

  /// The names of the receivers, in the order of the file.
  package var receiverNames: [String] { state.setup.configuration.receivers.map(\.name) }

  /// The time after which alerts without an end count as ended.
  package var resolveTimeout: PrometheusDuration {
    state.setup.configuration.resolveTimeout
  }

  /// What happened since the start.
  package var counters: NotificationCounters {
    var counters = state.counters
    counters.invalid += queue.droppedAlerts
    counters.supersededAlerts = queue.supersededAlerts
    counters.waitingAlerts = queue.waitingAlerts
    return counters
  }
}
