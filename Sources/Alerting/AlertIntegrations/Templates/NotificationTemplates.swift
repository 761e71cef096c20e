package import AlertRouting
import Codecs
package import MetricModel
package import TextTemplates

/// The templates of notifications: those of this module, and those of the user's files, which
/// replace them.
package struct NotificationTemplates: Sendable {
  /// Where people reach the evaluator; `.ExternalURL` of the data.
  package let externalURL: String
  private var set: TemplateSet

  /// Parses the templates of all kinds, and the user's files on top of them.
  package init(
    _ files: [TemplateFile] = [], externalURL: String = ""
  ) throws(TemplateError) {
    self.externalURL = externalURL
    set = TemplateSet(functions: StandardFunctions.notifications(zones: Self.zone))
    let builtIn = Notifiers.kinds.map { $0.defaultTemplates }.joined()
    try set.add(SharedTemplates.text + builtIn, name: "built-in")
    for file in files { try set.add(file.text, name: file.path) }
  }

  /// Parses a text of the configuration; `name` is what errors call it.
  package func template(_ text: String, name: String) throws(TemplateError) -> Template {
    try set.template(text, name: name)
  }

  /// The same in the form in which the texts of a kind are mapped.
  func parse(_ key: String, _ text: String) throws(TemplateError) -> Template {
    try template(text, name: key)
  }

  /// What renders the texts of one message.
  func renderer(for notification: AlertNotification) -> TextRenderer {
    TextRenderer(data: data(notification), now: notification.now)
  }

  /// Expands the labels of a route, which are templates; one that fails shows its error.
  package func expandRouteLabels(
    _ labels: [String: String], _ notification: AlertNotification
  ) -> Labels {
    let renderer = renderer(for: notification)
    return Labels(
      labels.map { name, text in
        guard text.contains("{{") else { return (name, text) }
        do {
          let template = try template(text, name: "label \(name) of the route")
          return (name, try renderer.text(template))
        } catch {
          return (name, "<error expanding template: \(error)>")
        }
      })
  }

  private static func zone(_ name: String, _ instant: Timestamp) -> TemplateZoneOffset? {
    guard let zone = name.isEmpty ? .utc : TimeZoneRules(identifier: name) else { return nil }
    let offset = zone.offset(at: instant.rawValue / 1000)
    return TemplateZoneOffset(seconds: offset.seconds, abbreviation: offset.abbreviation)
  }
}
