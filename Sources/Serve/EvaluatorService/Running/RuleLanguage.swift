import AlertRules
import MetricModel
import PromQLEngine
import Synchronization
import TextTemplates

/// What rules are written in: expressions for the query engine, and templates for labels and annotations.
///
/// A template is parsed once and then remembered, until the external labels change.
final class RuleLanguage: Sendable {
  /// More templates than any set of rule files has.
  private static let limit = 20_000
  /// The names that every template of a rule knows (T1).
  static let variables = ["$labels", "$externalLabels", "$externalURL", "$value"]

  private struct Known {
    var templates: [String: Template] = [:]
    var externalLabels: Labels = .empty
  }

  /// Evaluates expressions.
  let query: RuleQuery

  private let externalURL: String
  private let templates: TemplateSet
  private let known = Mutex(Known())

  init(engine: QueryEngine, externalURL: String) {
    query = RuleQueryResult.query(with: engine)
    self.externalURL = externalURL
    templates = TemplateSet(functions: StandardFunctions.rules(externalURL: externalURL))
  }

  /// The labels that templates see as `$externalLabels` from now on.
  func use(externalLabels: Labels) { known.withLock { $0.externalLabels = externalLabels } }

  /// Expands one template of a rule.
  func expand(_ text: String, _ data: RuleTemplateData) async throws -> String {
    let template = try template(text)
    let labels = TemplateValue.strings(data.labels.dictionary)
    let external = TemplateValue.strings(known.withLock { $0.externalLabels }.dictionary)
    let value = TemplateValue.number(data.value)
    let url = TemplateValue.string(externalURL)
    return try await template.render(
      .map([
        "Labels": labels, "ExternalLabels": external, "ExternalURL": url, "Value": value,
      ]),
      variables: [
        "$labels": labels, "$externalLabels": external, "$externalURL": url, "$value": value,
      ],
      now: data.instant
    ) { expression in
      .samples(try await self.query(expression, data.instant).elements)
    }
  }

  private func template(_ text: String) throws(TemplateError) -> Template {
    if let template = known.withLock({ $0.templates[text] }) { return template }
    let template = try templates.template(text, name: "rule", variables: Self.variables)
    known.withLock { known in
      if known.templates.count >= Self.limit { known.templates = [:] }
      known.templates[text] = template
    }
    return template
  }
}

/// A query of a template that gives something that templates cannot walk over (T9).
private struct UnusableResult: Error, CustomStringConvertible {
  var description: String { "the result is not a vector or scalar" }
}

extension RuleQueryResult {
  fileprivate var elements: [(Labels, Double)] {
    get throws {
      switch self {
      case .vector(let samples): samples.map { ($0.labels, $0.value) }
      case .scalar(let value): [(.empty, value)]
      case .unusable: throw UnusableResult()
      }
    }
  }
}
