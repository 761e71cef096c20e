package import AlertRules
package import MetricModel
import Synchronization
package import TextTemplates

/// The templates of rules: how they are parsed, and what they see (T1).
///
/// A template is parsed once and then remembered, by its text.
package final class RuleTemplates: Sendable {
  /// Answers a query that a template makes.
  package typealias Query = @Sendable (String, Timestamp) async throws -> [(Labels, Double)]

  /// The variables that exist from the start.
  private static let variables = ["$labels", "$externalLabels", "$externalURL", "$value"]
  /// More templates than any set of rule files has.
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

  /// Templates with the links and labels of one evaluator; `query` is only asked by templates that use it.
  package init(externalURL: String, externalLabels: Labels = .empty, query: @escaping Query) {
    self.externalURL = externalURL
    self.query = query
    set = TemplateSet(functions: StandardFunctions.rules(externalURL: externalURL))
    known = Mutex(Known(externalLabels: externalLabels))
  }

  /// Parses a template, to find mistakes when a file is loaded (RF6).
  package static func parse(_ text: String) throws(TemplateError) -> Template {
    try checking.template(text, name: "rule", variables: variables)
  }

  /// The labels that templates see as `$externalLabels` from now on.
  func use(externalLabels: Labels) { known.withLock { $0.externalLabels = externalLabels } }

  /// Expands one template of a rule.
  package func expand(_ text: String, _ data: RuleTemplateData) async throws -> String {
    let template = try template(text)
    let values: [(name: String, value: TemplateValue)] = [
      ("Labels", .strings(data.labels.dictionary)),
      ("ExternalLabels", .strings(known.withLock { $0.externalLabels }.dictionary)),
      ("ExternalURL", .string(externalURL)), ("Value", .number(data.value)),
    ]
    // The dot says Labels where the variable says $labels.
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
