import AlertRouting
import MetricModel

/// The body of a webhook: Alertmanager's payload, version 4 (W1-W3).
struct WebhookPayload {
  let notification: AlertNotification
  let externalURL: String
  let maxAlerts: Int

  /// The end of an alert that fires, as Go writes its zero time (W2).
  private static let zeroTime = "0001-01-01T00:00:00Z"

  /// The JSON text.
  var json: [UInt8] {
    var told = notification
    let limit = maxAlerts > 0 ? min(maxAlerts, told.alerts.count) : told.alerts.count
    let truncated = told.alerts.count - limit
    told.alerts = Array(told.alerts.prefix(limit))
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("receiver")
      writer.string(NotificationTemplates.quoted(told.receiver))
      writer.key("status")
      writer.string(told.status.rawValue)
      writer.key("notification_reason")
      writer.string(told.reason?.rawValue ?? "")
      writer.key("alerts")
      writer.array { writer in for alert in told.alerts { Self.write(alert, to: &writer) } }
      writer.key("groupLabels")
      writer.labels(told.groupLabels)
      writer.key("commonLabels")
      writer.labels(told.commonLabels)
      writer.key("commonAnnotations")
      writer.labels(told.commonAnnotations)
      writer.key("routeLabels")
      writer.labels(told.routeLabels)
      writer.key("externalURL")
      writer.string(externalURL)
      writer.key("version")
      writer.string("4")
      writer.key("groupKey")
      writer.string(told.groupKey.description)
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
