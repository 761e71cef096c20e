import AlertRouting
import MetricModel

/// The body of a webhook: Alertmanager's payload, version 4.
struct WebhookPayload {
  let notification: AlertNotification
  let externalURL: String
  let maxAlerts: Int

  /// The end of a firing alert: Go's zero time.
  private static let zeroTime = "0001-01-01T00:00:00Z"

  var json: [UInt8] {
    var sent = notification
    let limit = maxAlerts > 0 ? min(maxAlerts, sent.alerts.count) : sent.alerts.count
    let truncated = sent.alerts.count - limit
    sent.alerts = Array(sent.alerts.prefix(limit))
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("receiver")
      writer.string(NotificationTemplates.quoted(sent.receiver))
      writer.key("status")
      writer.string(sent.status.rawValue)
      writer.key("notification_reason")
      writer.string(sent.reason?.rawValue ?? "")
      writer.key("alerts")
      writer.array { writer in for alert in sent.alerts { Self.write(alert, to: &writer) } }
      writer.key("groupLabels")
      writer.labels(sent.groupLabels)
      writer.key("commonLabels")
      writer.labels(sent.commonLabels)
      writer.key("commonAnnotations")
      writer.labels(sent.commonAnnotations)
      writer.key("routeLabels")
      writer.labels(sent.routeLabels)
      writer.key("externalURL")
      writer.string(externalURL)
      writer.key("version")
      writer.string("4")
      writer.key("groupKey")
      writer.string(sent.groupKey.description)
      writer.key("truncatedAlerts")
      writer.integer(truncated)
    }
    return writer.bytes
  }

  private static func write(_ alert: NotifiedAlert, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.key("status")
      writer.string(alert.status.rawValue)
      writer.key("labels")
      writer.labels(alert.labels)
      writer.key("annotations")
      writer.labels(alert.annotations)
      writer.key("startsAt")
      writer.string(alert.startsAt.rfc3339)
      writer.key("endsAt")
      writer.string(alert.endsAt?.rfc3339 ?? zeroTime)
      writer.key("generatorURL")
      writer.string(alert.generatorURL)
      writer.key("fingerprint")
      writer.string(alert.fingerprint)
    }
  }
}
