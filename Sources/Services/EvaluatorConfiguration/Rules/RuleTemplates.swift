package import AlertRules
package import MetricModel
import Synchronization
package import TextTemplates

/// Parses and expands the templates of rules.
///
/// Parsed templates are cached by their text.
package final class RuleTemplates: Sendable {
  /// Evaluates the function `query` of a template.
  package typealias Query = @Sendable (String, Timestamp) async throws -> [(Labels, Double)]

  /// The variables of every template.
  private static let variables = ["$labels", "$externalLabels", "$externalURL", "$value"]
  /// The capacity of the cache; a full cache is emptied.
  private static let limit = 20_000
  private static let checking = TemplateSet(functions: StandardFunctions.rules())

  private struct Known {
    var templates: [String: Template] = [:]
    var externalLabels: Labels
  }

  private let externalURL: String
  private let set: TemplateSet
  private let query: Query
  private let known: Mutex<Known>

  /// Creates the templates of one evaluator, with its URL and labels.
  package init(externalURL: String, externalLabels: Labels = .empty, query: @escaping Query) {
    self.externalURL = externalURL
    self.query = query
    set = TemplateSet(functions: StandardFunctions.rules(externalURL: externalURL))
    known = Mutex(Known(externalLabels: externalLabels))
  }

  /// Parses a template, to find its errors when a file is loaded.
  package static func parse(_ text: String) throws(TemplateError) -> Template {
    try checking.template(text, name: "rule", variables: variables)
  }

  /// Sets the labels that templates see as `$externalLabels`.
  package func use(externalLabels: Labels) { known.withLock { $0.externalLabels = externalLabels } }

  /// Expands one template of a rule.
  package func expand(_ text: String, _ data: RuleTemplateData) async throws -> String {
    let template = try template(text)
    let values: [(name: String, value: TemplateValue)] = [
      ("Labels", .strings(data.labels.dictionary)),
      ("ExternalLabels", .strings(known.withLock { $0.externalLabels }.dictionary)),
      ("ExternalURL", .string(externalURL)), ("Value", .number(data.value)),
    ]
    // `.Labels` has the value of `$labels`.
    let variables = Dictionary(
      uniqueKeysWithValues: values.map {
        ("$" + $0.name.prefix(1).lowercased() + $0.name.dropFirst(), $0.value)
      })
    return try await template.render(
      .object(TemplateRecord("rule", values)), variables: variables, now: data.instant
    ) { expression in .samples(try await query(expression, data.instant)) }
  }

  private func template(_ text: String) throws(TemplateError) -> Template {
    if let template = known.withLock({ $0.templates[text] }) { return template }
    let template = try set.template(text, name: "rule", variables: Self.variables)
    known.withLock { known in
      if known.templates.count >= Self.limit { known.templates = [:] }
      known.templates[text] = template
    }
    return template
  }
}
