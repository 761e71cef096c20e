package import AlertRouting
import Foundation
package import MetricModel
package import TextTemplates

/// The templates of notifications: those that every installation has, and those of the user's files, which win (TP5).
package struct NotificationTemplates: Sendable {
  /// Where people reach the evaluator; `.ExternalURL` of the data.
  package let externalURL: String
  private var set: TemplateSet

  /// Reads the user's template files on top of the built-in ones.
  package init(
    _ sources: [TemplateSource] = [], externalURL: String = ""
  ) throws(TemplateError) {
    self.externalURL = externalURL
    set = TemplateSet(functions: StandardFunctions.notifications(zones: Self.zone))
    try set.add(DefaultTemplates.text, name: "built-in")
    for source in sources { try set.add(source.text, name: source.path) }
  }

  /// Parses a text of the configuration; `name` is what errors call it.
  package func template(_ text: String, name: String) throws(TemplateError) -> Template {
    try set.template(text, name: name)
  }

  /// Renders a parsed text over a notification.
  package func render(
    _ template: Template, _ notification: AlertNotification, format: Template.Format = .text
  ) throws(TemplateError) -> String {
    try template.render(data(notification), format: format, now: notification.now)
  }

  /// Expands the labels of a route (TR8); one that fails shows its error.
  package func expandRouteLabels(
    _ labels: [String: String], _ notification: AlertNotification
  ) -> Labels {
    Labels(
      labels.map { name, text in
        guard text.contains("{{") else { return (name, text) }
        do {
          let template = try template(text, name: "label \(name) of the route")
          return (name, try render(template, notification))
        } catch {
          return (name, "<error expanding template: \(error)>")
        }
      })
  }

  private static func zone(_ name: String, _ instant: Timestamp) -> TemplateZoneOffset? {
    guard let zone = name.isEmpty ? .gmt : TimeZone(identifier: name) else { return nil }
    let date = Date(timeIntervalSince1970: instant.seconds)
    return TemplateZoneOffset(
      seconds: zone.secondsFromGMT(for: date),
      abbreviation: zone.abbreviation(for: date) ?? zone.identifier)
  }
}
