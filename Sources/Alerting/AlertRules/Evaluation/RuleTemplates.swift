package import MetricModel

/// What a template of a rule sees.
package struct RuleTemplateData: Sendable {
  /// The labels of the result, with the metric name.
  package let labels: Labels
  /// The value of the result.
  package let value: Double
  /// The instant of the evaluation, without the query offset of the group.
  package let instant: Timestamp

  package init(labels: Labels, value: Double, instant: Timestamp) {
    self.labels = labels
    self.value = value
    self.instant = instant
  }
}

/// Expands a template of a label or an annotation.
///
/// - Throws: an error whose description names the reason.
package typealias ExpandRuleTemplate =
  @Sendable (_ template: String, _ data: RuleTemplateData) async throws -> String

extension RuleTemplateData {
  /// Expands templates. As in Prometheus, one that fails gives the text of its error and does not
  /// fail the rule.
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
