package import MetricModel
import Synchronization
import TextTemplates

extension RuleTemplateData {
  /// The variables that rule templates have from the start (T1).
  package static let variables = ["$labels", "$externalLabels", "$externalURL", "$value"]

  /// Expands rule templates with the template engine; `query` in them goes to `query` (T9).
  package static func expanding(
    externalLabels: Labels, externalURL: String, query: @escaping RuleQuery
  ) -> ExpandRuleTemplate {
    let templates = TemplateCache(externalURL: externalURL)
    let external = TemplateValue.strings(externalLabels.dictionary)
    return { text, data in
      let template = try templates.template(text)
      let labels = TemplateValue.strings(data.labels.dictionary)
      let fields: [(String, TemplateValue)] = [
        ("Labels", labels), ("ExternalLabels", external), ("ExternalURL", .string(externalURL)),
        ("Value", .number(data.value)),
      ]
      return try await template.render(
        .object(TemplateRecord("rule data", fields)),
        variables: [
          "$labels": labels, "$externalLabels": external, "$externalURL": .string(externalURL),
          "$value": .number(data.value),
        ], now: data.instant
      ) { expression in
        let samples = try await query(expression, data.instant).samples()
        return .samples(samples.map { ($0.labels, $0.value) })
      }
    }
  }

  /// Reads a template of a rule as it is read when it is expanded, for checks at load time (RF6); throws if it is faulty.
  package static func check(_ text: String, name: String) throws {
    _ = try TemplateSet(functions: StandardFunctions.rules())
      .template(text, name: name, variables: variables)
  }
}

/// Templates that were read, by their text.
private final class TemplateCache: Sendable {
  /// More than any set of rule files has.
  private static let limit = 20_000

  private let set: TemplateSet
  private let known = Mutex<[String: Template]>([:])

  init(externalURL: String) {
    set = TemplateSet(functions: StandardFunctions.rules(externalURL: externalURL))
  }

  func template(_ text: String) throws(TemplateError) -> Template {
    if let template = known.withLock({ $0[text] }) { return template }
    let template = try set.template(text, name: "rule", variables: RuleTemplateData.variables)
    known.withLock { known in
      if known.count >= Self.limit { known = [:] }
      known[text] = template
    }
    return template
  }
}
