package import MetricModel

/// What a template of a rule sees (A2, T1).
package struct RuleTemplateData: Sendable {
  /// The labels of the result, with the metric name.
  package let labels: Labels
  /// The value of the result.
  package let value: Double
  /// The instant of the evaluation, without the group's query offset (G7).
  package let instant: Timestamp

  package init(labels: Labels, value: Double, instant: Timestamp) {
    self.labels = labels
    self.value = value
    self.instant = instant
  }
}

/// Expands the templates of labels and annotations; throws with a reason for people.
package typealias ExpandRuleTemplate =
  @Sendable (_ template: String, _ data: RuleTemplateData) async throws -> String

extension RuleTemplateData {
  /// Expands a set of templates. One that fails becomes its own error text and does not fail the rule (A2).
  func expand(_ templates: [String: String], with expand: ExpandRuleTemplate) async -> Labels {
    var pairs: [(String, String)] = []
    for (name, template) in templates {
      guard template.contains("{{") else {
        pairs.append((name, template))
        continue
      }
      do {
        pairs.append((name, try await expand(template, self)))
      } catch {
        pairs.append((name, "<error expanding template: \(error)>"))
      }
    }
    return Labels(pairs)
  }
}
