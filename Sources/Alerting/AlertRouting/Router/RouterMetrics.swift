package import ExpositionFormat
package import MetricModel
import StorageAPI

/// The metrics of the router: notifications under the names of Alertmanager, and the outbox.
package struct RouterMetrics: MetricSource {
  private let counters: NotificationCounters
  private let pending: [PendingDelivery]
  private let alerts: [RoutedAlert]
  private let now: Timestamp

  package init(
    counters: NotificationCounters, pending: [PendingDelivery], alerts: [RoutedAlert],
    now: Timestamp
  ) {
    self.counters = counters
    self.pending = pending
    self.alerts = alerts
    self.now = now
  }

  package func writeMetrics(into buffer: inout FamilyBuffer) {
    writeIntegrations(into: &buffer)
    writeAlerts(into: &buffer)
    writeOutbox(into: &buffer)
  }

  /// The numbers of all integrations of a kind, which Alertmanager shows as one.
  private func writeIntegrations(into buffer: inout FamilyBuffer) {
    var byKind: [String: NotificationCounters.Integration] = [:]
    for (key, numbers) in counters.integrations {
      byKind[key.kind, default: .init()].add(numbers)
    }
    let kinds = byKind.sorted { $0.key < $1.key }
    buffer.family(
      "alertmanager_notifications_total", .counter, "Messages that were due.",
      labels: ["integration"])
    for (kind, numbers) in kinds { buffer.add(Double(numbers.notifications), kind) }
    buffer.family(
      "alertmanager_notification_requests_total", .counter, "Tries to deliver a message.",
      labels: ["integration"])
    for (kind, numbers) in kinds { buffer.add(Double(numbers.requests), kind) }
    buffer.family(
      "alertmanager_notification_requests_failed_total", .counter, "Tries that failed.",
      labels: ["integration"])
    for (kind, numbers) in kinds { buffer.add(Double(numbers.requestsFailed), kind) }
    buffer.family(
      "alertmanager_notifications_failed_total", .counter, "Messages that were given up.",
      labels: ["integration", "reason"])
    for (kind, numbers) in kinds {
      for reason in FailureReason.allCases {
        buffer.add(Double(numbers.failed[reason] ?? 0), kind, reason.rawValue)
      }
    }
  }

  private func writeAlerts(into buffer: inout FamilyBuffer) {
    buffer.family(
      "alertmanager_notifications_suppressed_total", .counter, "Alerts that were held back.",
      labels: ["reason"])
    for reason in NotificationCounters.Suppression.allCases {
      buffer.add(Double(counters.suppressed[reason] ?? 0), reason.rawValue)
    }
    buffer.family(
      "alertmanager_alerts_received_total", .counter, "Alerts that were received.",
      labels: ["status"])
    for status in [AlertStatus.firing, .resolved] {
      buffer.add(Double(counters.received[status] ?? 0), status.rawValue)
    }
    buffer.counter(
      "alertmanager_alerts_invalid_total", "Alerts that were refused.", Double(counters.invalid))
    buffer.family("alertmanager_alerts", .gauge, "Alerts by state.", labels: ["state"])
    for state in [RoutedAlert.State.active, .suppressed, .unprocessed] {
      buffer.add(Double(alerts.count { $0.state == state }), state.rawValue)
    }
  }

  private func writeOutbox(into buffer: inout FamilyBuffer) {
    buffer.gauge(
      "tocsin_outbox_messages", "Messages that are still to be delivered.",
      Double(pending.reduce(0) { $0 + $1.count }))
    let oldest = pending.map(\.since).min()
    let age = oldest.map { now.milliseconds(since: $0) } ?? 0
    buffer.gauge(
      "tocsin_outbox_oldest_message_age_seconds",
      "How long the oldest message has waited; 0 if none waits.", Double(max(0, age)) / 1000)
    buffer.counter(
      "tocsin_notification_state_failures_total",
      "Changes of alerts, silences and messages that could not be kept on disk.",
      Double(counters.storeFailures))
    buffer.gauge(
      "tocsin_router_waiting_alerts",
      "Alerts that wait to be stored; they grow when the disk stalls.",
      Double(counters.waitingAlerts))
    buffer.counter(
      "tocsin_router_superseded_alerts_total",
      "States of alerts that a newer one replaced while they waited to be stored.",
      Double(counters.supersededAlerts))
  }
}

extension NotificationCounters.Integration {
  fileprivate mutating func add(_ other: Self) {
    notifications += other.notifications
    requests += other.requests
    requestsFailed += other.requestsFailed
    failed.merge(other.failed, uniquingKeysWith: +)
  }
}
