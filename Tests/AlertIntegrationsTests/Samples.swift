import AlertIntegrations
import AlertRouting
import Foundation
import MetricModel
import StorageAPI
import Testing
import WebClient

/// Notifications for golden bodies.
enum Samples {
  static let now = Timestamp(rawValue: 1_763_712_000_000)

  static func alert(
    _ name: String, instance: String, isResolved: Bool = false, summary: String = "disk nearly full"
  ) -> NotifiedAlert {
    let start = now.adding(milliseconds: -600_000)
    return NotifiedAlert(
      Alert(
        labels: [
          "alertname": name, "instance": instance, "severity": "page", "job": "node",
        ],
        annotations: Labels([
          ("summary", summary), ("description", "\(instance) has 3% left <b>& falling</b>"),
        ]), startsAt: start,
        endsAt: isResolved ? now.adding(milliseconds: -60_000) : .distantFuture,
        generatorURL: "http://tocsin:9931/graph?g0.expr=x&g0.tab=1", updatedAt: start),
      at: now)
  }

  static func notification(_ alerts: [NotifiedAlert]) -> AlertNotification {
    AlertNotification(
      receiver: "team-x.mail", groupKey: GroupKey(path: "{}", labels: ["alertname": "DiskFull"]),
      groupLabels: ["alertname": "DiskFull"], routeLabels: ["team": "x"], alerts: alerts,
      reason: .firstNotification, now: now)
  }

  static let firing = notification([
    alert("DiskFull", instance: "a:9100"), alert("DiskFull", instance: "b:9100"),
  ])
  static let resolved = notification([
    alert("DiskFull", instance: "a:9100", isResolved: true)
  ])
  static let mixed = notification([
    alert("DiskFull", instance: "a:9100"),
    alert("DiskFull", instance: "b:9100", isResolved: true),
  ])

  static func tools(_ sources: [TemplateSource] = []) throws -> IntegrationTools {
    IntegrationTools(
      web: WebClient(), mail: MailClient(),
      templates: try NotificationTemplates(sources, externalURL: "http://tocsin:9931"),
      now: { now })
  }

  /// A notifier of some settings, made as the program makes it.
  static func notifier(
    _ settings: IntegrationSettings, templates: [TemplateSource] = []
  ) throws -> any Notifier {
    var configuration = NotificationConfiguration()
    configuration.route.receiver = "r"
    configuration.receivers = [
      ReceiverDefinition(name: "r", integrations: [IntegrationDefinition(settings)])
    ]
    let notifiers = try Integrations.notifiers(
      for: try configuration.resolved(), tools: tools(templates))
    return try #require(notifiers.values.first)
  }
}
