import AlertRouting
import MetricModel
import PatternMatching
import TextTemplates

extension NotificationTemplates {
  /// The dot of notification templates: Alertmanager's `template.Data`.
  func data(_ notification: AlertNotification) -> TemplateValue {
    .object(
      TemplateRecord(
        "template.Data",
        [
          ("Receiver", .string(Self.quoted(notification.receiver))),
          ("Status", .string(notification.status.rawValue)),
          ("Alerts", .object(TemplateAlerts(notification.alerts))),
          ("GroupLabels", .object(TemplateLabels(notification.groupLabels))),
          ("CommonLabels", .object(TemplateLabels(notification.commonLabels))),
          ("CommonAnnotations", .object(TemplateLabels(notification.commonAnnotations))),
          ("RouteLabels", .object(TemplateLabels(notification.routeLabels))),
          ("ExternalURL", .string(externalURL)),
          ("NotificationReason", .string(notification.reason?.rawValue ?? "")),
        ]))
  }

  /// The receiver's name in messages, escaped as a regular expression as in Alertmanager.
  static func quoted(_ name: String) -> String {
    var result = ""
    for character in name {
      if #"\.+*?()|[]{}^$"#.contains(character) { result.append("\\") }
      result.append(character)
    }
    return result
  }
}

/// The alerts of a notification in templates: a list with the methods `Firing` and `Resolved`.
struct TemplateAlerts: TemplateObject {
  let alerts: [NotifiedAlert]

  init(_ alerts: [NotifiedAlert]) { self.alerts = alerts }

  var typeName: String { "template.Alerts" }
  var printed: String { TemplateValue.list(items).printed }
  var content: TemplateValue? { .list(items) }

  func call(
    _ method: String, _ arguments: [TemplateValue]
  ) throws(TemplateFault) -> TemplateValue? {
    switch method {
    case "Firing": .object(TemplateAlerts(alerts.filter { !$0.isResolved }))
    case "Resolved": .object(TemplateAlerts(alerts.filter(\.isResolved)))
    default: nil
    }
  }

  private var items: [TemplateValue] {
    alerts.map { alert in
      .object(
        TemplateRecord(
          "template.Alert",
          [
            ("Status", .string(alert.status.rawValue)),
            ("Labels", .object(TemplateLabels(alert.labels))),
            ("Annotations", .object(TemplateLabels(alert.annotations))),
            ("StartsAt", .object(TemplateTime(alert.startsAt))),
            ("EndsAt", .object(alert.endsAt.map { TemplateTime($0) } ?? .zero)),
            ("GeneratorURL", .string(alert.generatorURL)),
            ("Fingerprint", .string(alert.fingerprint)),
          ]))
    }
  }
}
