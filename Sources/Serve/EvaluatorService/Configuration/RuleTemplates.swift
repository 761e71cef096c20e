package import AlertRules
package import MetricModel
package import TextTemplates

/// The templates of rules: how they are parsed, and what they see (T1).
package enum RuleTemplates {
  /// The variables that exist from the start.
  package static let variables = ["$labels", "$externalLabels", "$externalURL", "$value"]

  private static let checking = TemplateSet(functions: StandardFunctions.rules())

  /// Parses a template, to find mistakes when a file is loaded (RF6).
  package static func parse(_ text: String) throws(TemplateError) -> Template {
    try checking.template(text, name: "rule", variables: variables)
  }

  /// Makes the function that rules expand their templates with.
  ///
  /// `query` answers PromQL at an instant; it is only asked by templates that use it.
  package static func expander(
    externalURL: String, externalLabels: Labels,
    query: @escaping @Sendable (String, Timestamp) async throws -> [(Labels, Double)]
  ) -> ExpandRuleTemplate {
    let set = TemplateSet(functions: StandardFunctions.rules(externalURL: externalURL))
    let external = map(externalLabels)
    return { text, data in
      let template = try set.template(text, name: "rule", variables: variables)
      let labels = map(data.labels)
      let dot = TemplateRecord(
        "rule",
        [
          ("Labels", labels), ("ExternalLabels", external),
          ("ExternalURL", .string(externalURL)), ("Value", .number(data.value)),
        ])
      return try await template.render(
        .object(dot),
        variables: [
          "$labels": labels, "$externalLabels": external, "$externalURL": .string(externalURL),
          "$value": .number(data.value),
        ], now: data.instant
      ) { expression in .samples(try await query(expression, data.instant)) }
    }
  }

  private static func map(_ labels: Labels) -> TemplateValue {
    .strings(Dictionary(labels.map { ($0.name, $0.value) }) { $1 })
  }
}
