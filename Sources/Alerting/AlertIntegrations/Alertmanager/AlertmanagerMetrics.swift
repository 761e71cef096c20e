package import ExpositionFormat
import MetricModel

/// The metrics of the Alertmanagers that alerts are sent to, under the names of Prometheus.
package struct AlertmanagerMetrics: MetricSource {
  /// The counts by URL.
  private let counts: [String: AlertmanagerCounts]

  package init(_ counts: [String: AlertmanagerCounts]) { self.counts = counts }

  package func writeMetrics(into buffer: inout FamilyBuffer) {
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
}

extension AlertFanout {
  /// The metrics of its Alertmanagers as of now.
  package func metrics() async -> AlertmanagerMetrics {
    var counts: [String: AlertmanagerCounts] = [:]
    for sender in senders { counts[sender.endpoint.url] = await sender.counts }
    return AlertmanagerMetrics(counts)
  }
}
