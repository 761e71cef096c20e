/// Counters of what was sent to one Alertmanager since the start.
package struct AlertmanagerCounts: Sendable, Equatable {
  /// Alerts that were accepted.
  package var sent = 0
  /// Alerts in calls that failed; the rules send them again.
  package var errors = 0
  /// Alerts that were dropped because the queue was full.
  package var dropped = 0
  /// Alerts that wait in the queue.
  package var queued = 0

  /// Counters at zero.
  package init() {}
}
