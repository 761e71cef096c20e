package import MetricModel

/// A label set in notification templates: fields by label name, and the methods `SortedPairs`,
/// `Names`, `Values` and `Remove`.
package struct TemplateLabels: TemplateObject, Hashable {
  /// The labels.
  package let labels: [String: String]

  /// Wraps labels.
  package init(_ labels: [String: String]) {
    self.labels = labels
  }

  /// Wraps labels.
  package init(_ labels: Labels) {
    self.labels = Dictionary(labels.map { ($0.name, $0.value) }) { $1 }
  }

  /// Alertmanager's name of the type.
  package var typeName: String { "template.KV" }
  /// The sorted pairs, as `a=b, c=d`.
  package var printed: String { sortedPairs.printed }
  /// The labels as a map of strings.
  package var content: TemplateValue? { .strings(labels) }

  /// The labels sorted by name, `alertname` first.
  package var sortedPairs: TemplatePairs {
    let pairs = labels.sorted { left, right in
      let ranks = (left.key == "alertname" ? 0 : 1, right.key == "alertname" ? 0 : 1)
      return ranks.0 != ranks.1 ? ranks.0 < ranks.1 : left.key < right.key
    }
    return TemplatePairs(pairs.map { Label(name: $0.key, value: $0.value) })
  }

  /// The methods `SortedPairs`, `Names`, `Values`, `Remove` and `String`.
  package func call(
    _ method: String, _ arguments: [TemplateValue]
  ) throws(TemplateFault) -> TemplateValue? {
    switch method {
    case "SortedPairs":
      try expect(0, arguments, of: method)
      return .object(sortedPairs)
    case "Names", "Values", "String": return try sortedPairs.call(method, arguments)
    case "Remove":
      try expect(1, arguments, of: method)
      guard let names = arguments[0].items else {
        throw TemplateFault("expected []string, got \(arguments[0].typeName)")
      }
      let removed = Set(names.compactMap(\.text))
      return .object(TemplateLabels(labels.filter { !removed.contains($0.key) }))
    default: return nil
    }
  }
}

/// Sorted labels, with the methods `Names` and `Values`; each has `.Name` and `.Value`.
package struct TemplatePairs: TemplateObject, Hashable {
  /// The labels.
  package let labels: [Label]

  /// Wraps labels.
  package init(_ labels: [Label]) {
    self.labels = labels
  }

  /// Alertmanager's name of the type.
  package var typeName: String { "template.Pairs" }
  /// The pairs, as `a=b, c=d`.
  package var printed: String {
    labels.map { "\($0.name)=\($0.value)" }.joined(separator: ", ")
  }

  /// The pairs as a list of records with `Name` and `Value`.
  package var content: TemplateValue? {
    .list(
      labels.map { label in
        .object(
          TemplateRecord(
            "template.Pair", [("Name", .string(label.name)), ("Value", .string(label.value))]))
      })
  }

  /// The methods `Names`, `Values` and `String`.
  package func call(
    _ method: String, _ arguments: [TemplateValue]
  ) throws(TemplateFault) -> TemplateValue? {
    let value: TemplateValue
    switch method {
    case "Names": value = .strings(labels.map(\.name))
    case "Values": value = .strings(labels.map(\.value))
    case "String": value = .string(printed)
    default: return nil
    }
    try expect(0, arguments, of: method)
    return value
  }
}
