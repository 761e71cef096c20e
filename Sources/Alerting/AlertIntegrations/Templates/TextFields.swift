import AlertRouting
import MetricModel
import TextTemplates

/// The texts of an integration's settings, parsed once and rendered per notification.
struct TextFields: Sendable {
  private let templates: NotificationTemplates
  private var fields: [String: Template] = [:]

  init(_ templates: NotificationTemplates) { self.templates = templates }

  /// Parses a text; `name` is its key in the configuration.
  mutating func add(_ name: String, _ text: String) throws(TemplateError) {
    guard !text.isEmpty else { return }
    fields[name] = try templates.template(text, name: name)
  }

  /// A text over a notification; empty if none was given.
  func render(
    _ name: String, _ notification: AlertNotification, format: Template.Format = .text
  ) throws(TemplateError) -> String {
    guard let template = fields[name] else { return "" }
    return try templates.render(template, notification, format: format)
  }
}

/// What is sent when a template of the user fails: to tell somebody matters more than how (TP5).
struct PlainSummary {
  let notification: AlertNotification

  /// One line.
  var title: String {
    let status =
      notification.status == .firing ? "FIRING:\(notification.firing.count)" : "RESOLVED"
    return "[\(status)] \(notification.groupLabels)"
  }

  /// A line per alert, and why it is so plain.
  func text(because error: TemplateError) -> String {
    let alerts = notification.alerts.map { alert in
      let summary = alert.annotations["summary"].map { ": \($0)" } ?? ""
      return "\(alert.status.rawValue) \(alert.labels)\(summary)"
    }
    return (alerts + ["", "This message is plain because of an error: \(error)"])
      .joined(separator: "\n")
  }
}

extension String {
  /// The text cut to a number of characters, with an ellipsis as the last one if something was cut.
  func truncated(to count: Int) -> String {
    guard unicodeScalars.count > count else { return self }
    return String(String.UnicodeScalarView(unicodeScalars.prefix(count - 1))) + "…"
  }
}
