/// What happened to notifications since the start, for the evaluator's own `/metrics`.
package struct NotificationCounters: Sendable, Equatable {
  /// Why alerts are held back: the values of the label `reason` of
  /// `alertmanager_notifications_suppressed_total`.
  package enum Suppression: String, Sendable, CaseIterable {
    /// A silence matches the alert.
    case silence
    /// Another alert inhibits it.
    case inhibition
    /// A mute time interval of the route is active.
    case muteTimeInterval = "mute_time_interval"
    /// No active time interval of the route is active.
    case activeTimeInterval = "active_time_interval"
  }

  /// The numbers of one integration.
  package struct Integration: Sendable, Equatable {
    /// Messages that were due.
    package var notifications = 0
    /// Messages that were given up or could not be made, by reason.
    package var failed: [FailureReason: Int] = [:]
    /// Attempts.
    package var requests = 0
    /// Attempts that failed.
    package var requestsFailed = 0
    /// The sum of the times that attempts took, in seconds.
    package var latencySum = 0.0
    /// Messages that a younger one replaced because too many waited.
    package var superseded = 0

    /// All zero.
    package init() {}
  }

  /// The numbers of the integrations that had a message.
  package var integrations: [IntegrationKey: Integration] = [:]
  /// Alerts that were held back at a flush, by reason.
  package var suppressed: [Suppression: Int] = [:]
  /// Alerts received, by what they were then.
  package var received: [AlertStatus: Int] = [:]
  /// Alerts that were refused.
  package var invalid = 0
  /// Transactions that the store refused.
  package var storeFailures = 0
  /// States of alerts that a newer one replaced before they were stored, because the store is slow.
  package var supersededAlerts = 0
  /// Alerts that wait to be stored.
  package var waitingAlerts = 0

  /// All zero.
  package init() {}

  mutating func change(_ key: IntegrationKey, _ body: (inout Integration) -> Void) {
    body(&integrations[key, default: Integration()])
  }
}
