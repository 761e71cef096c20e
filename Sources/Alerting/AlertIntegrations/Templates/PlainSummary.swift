import AlertRouting
import MetricModel
import TextTemplates

/// A message without templates, for when one of them fails: that the message arrives matters more
/// than its form.
struct PlainSummary {
  let notification: AlertNotification

  /// One line.
  var title: String {
    let status =
      notification.status == .firing ? "FIRING:\(notification.firing.count)" : "RESOLVED"
    return "[\(status)] \(notification.groupLabels)"
  }

  /// One line per alert, and the reason for the plain form.
  func text(because error: TemplateError) -> String {
    let alerts = notification.alerts.map { alert in
      let summary = alert.annotations["summary"].map { ": \($0)" } ?? ""
      return "\(alert.status.rawValue) \(alert.labels)\(summary)"
    }
    return (alerts + ["", "This message is plain because of an error: \(error)"])
      .joined(separator: "\n")
  }
}
