import MetricModel

/// A rule that keeps the result of an expression as series of a new name.
package struct RecordingRule: Sendable {
  /// The rule as the file states it.
  package let definition: RuleDefinition
  /// The labels to add, those of the group under those of the rule (RF8).
  package let labels: [String: String]

  package init(_ definition: RuleDefinition, groupLabels: [String: String] = [:]) {
    self.definition = definition
    labels = groupLabels.merging(definition.labels) { $1 }
  }

  /// The series to write for a result: without the old name, with the rule's labels (an empty value removes one) and the new name (G13).
  package func apply(
    _ samples: [RuleSample], limit: Int = 0
  ) throws(RuleError) -> [RuleSample] {
    let replaced = Set(labels.keys).union([Label.metricName])
    let added = Labels(labels).setting(Label.metricName, definition.name)
    let written = samples.map {
      RuleSample(labels: $0.labels.removing(replaced).merging(added), value: $0.value)
    }
    guard Set(written.map(\.labels)).count == written.count else { throw .duplicateSeries }
    guard limit == 0 || written.count <= limit else {
      throw .tooManySeries(limit: limit, count: written.count)
    }
    return written
  }
}
