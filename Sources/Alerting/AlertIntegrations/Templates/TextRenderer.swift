import MetricModel
import TextTemplates

/// Renders the texts of one message over one notification.
struct TextRenderer: Sendable {
  /// The dot of the templates.
  let data: TemplateValue
  /// The instant of the notification.
  let now: Timestamp

  /// Renders a parsed text.
  func text(
    _ template: Template, format: Template.Format = .text
  ) throws(TemplateError) -> String {
    try template.render(data, format: format, now: now)
  }

  /// The same in the form in which the texts of a kind are mapped.
  func text(_ key: String, _ template: Template) throws(TemplateError) -> String {
    try text(template)
  }
}
