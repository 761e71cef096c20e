import MetricModel
package import PromQLEngine

/// A rule that records the result of an expression as series of a new name.
package struct RecordingRule: Sendable {
  /// The rule as the file states it.
  package let definition: RuleDefinition
  /// The labels to add; a label of the rule replaces the label of the group with the same name.
  package let labels: [String: String]

  package init(_ definition: RuleDefinition, groupLabels: [String: String] = [:]) {
    self.definition = definition
    labels = groupLabels.merging(definition.labels) { $1 }
  }

  /// The series to write for a result: the rule's name replaces the metric name, and the rule's
  /// labels are added; an empty value removes a label.
  ///
  /// - Throws: `RuleError.duplicateSeries` if two series get the same labels, `tooManySeries`
  ///   beyond `limit`; 0 is no limit.
  package func apply(
    _ elements: [VectorElement], limit: Int = 0
  ) throws(RuleError) -> [VectorElement] {
    let replaced = Set(labels.keys).union([Label.metricName])
    let added = Labels(labels).setting(Label.metricName, definition.name)
    let written = elements.map {
      VectorElement(labels: $0.labels.removing(replaced).merging(added), value: $0.value)
    }
    guard Set(written.map(\.labels)).count == written.count else { throw .duplicateSeries }
    guard limit == 0 || written.count <= limit else {
      throw .tooManySeries(limit: limit, count: written.count)
    }
    return written
  }
}
