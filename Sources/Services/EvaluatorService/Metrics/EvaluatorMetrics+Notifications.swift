import AlertIntegrations
import AlertRouting
import CollectorCore
import MetricModel

extension EvaluatorMetrics {
  /// The families of RT5, and the outbox.
  mutating func addNotifications(_ facts: EvaluatorFacts) {
    let counters = facts.notifications
    var byKind: [String: NotificationCounters.Integration] = [:]
    for (key, numbers) in counters.integrations {
      byKind[key.kind, default: .init()].add(numbers)
    }
    let kinds = byKind.sorted { $0.key < $1.key }
    let total = integrationFamily("notifications_total", "Messages that were due.")
    for (kind, numbers) in kinds { buffer.add(Double(numbers.notifications), kind, to: total) }
    let requests = integrationFamily("notification_requests_total", "Tries to deliver a message.")
    for (kind, numbers) in kinds { buffer.add(Double(numbers.requests), kind, to: requests) }
    let failedRequests = integrationFamily(
      "notification_requests_failed_total", "Tries that failed.")
    for (kind, numbers) in kinds {
      buffer.add(Double(numbers.requestsFailed), kind, to: failedRequests)
    }
    buffer.family(
      "alertmanager_notifications_failed_total", .counter, "Messages that were given up.",
      labels: ["integration", "reason"])
    for (kind, numbers) in kinds {
      for reason in FailureReason.allCases {
        buffer.add(Double(numbers.failed[reason] ?? 0), kind, reason.rawValue)
      }
    }
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
    addOutbox(facts)
  }

  private mutating func integrationFamily(
    _ name: String, _ help: String
  ) -> FamilyBuffer.FamilyID {
    buffer.family("alertmanager_" + name, .counter, help, labels: ["integration"])
  }

  /// The families of N5, for real Alertmanagers.
  mutating func addAlertmanagers(_ counts: [String: AlertmanagerCounts]) {
    buffer.gauge(
      "prometheus_notifications_alertmanagers_discovered", "Alertmanagers that alerts are sent to.",
      Double(counts.count))
    let known = counts.sorted { $0.key < $1.key }
    let families: [(String, MetricType, String, (AlertmanagerCounts) -> Int)] = [
      ("sent_total", .counter, "Alerts that an Alertmanager accepted.", { $0.sent }),
      ("errors_total", .counter, "Alerts in calls that failed.", { $0.errors }),
      ("dropped_total", .counter, "Alerts dropped because the queue was full.", { $0.dropped }),
      ("queue_length", .gauge, "Alerts that wait to be sent.", { $0.queued }),
    ]
    for (name, type, help, value) in families {
      buffer.family("prometheus_notifications_" + name, type, help, labels: ["alertmanager"])
      for (url, counts) in known { buffer.add(Double(value(counts)), url) }
    }
  }

  private mutating func addOutbox(_ facts: EvaluatorFacts) {
    buffer.family("alertmanager_alerts", .gauge, "Alerts by state.", labels: ["state"])
    for state in [RoutedAlert.State.active, .suppressed, .unprocessed] {
      buffer.add(Double(facts.alerts.count { $0.state == state }), state.rawValue)
    }
    buffer.gauge(
      "tocsin_outbox_messages", "Messages that are still to be delivered.",
      Double(facts.pending.reduce(0) { $0 + $1.count }))
    let oldest = facts.pending.map(\.since).min()
    let age = oldest.map { facts.now.milliseconds(since: $0) } ?? 0
    buffer.gauge(
      "tocsin_outbox_oldest_message_age_seconds",
      "How long the oldest message has waited; 0 if none waits.", Double(max(0, age)) / 1000)
    buffer.counter(
      "tocsin_notification_state_failures_total",
      "Changes of alerts, silences and messages that could not be kept on disk.",
      Double(facts.notifications.storeFailures))
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
