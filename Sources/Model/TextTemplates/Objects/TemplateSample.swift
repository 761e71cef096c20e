package import MetricModel

/// One sample of a query result, with `.Labels` and `.Value`.
package struct TemplateSample: TemplateObject {
  /// The labels.
  package let labels: Labels
  /// The value.
  package let value: Double

  /// Creates a sample.
  package init(_ labels: Labels, _ value: Double) {
    self.labels = labels
    self.value = value
  }

  /// Prometheus' name of the type.
  package var typeName: String { "*template.sample" }

  /// The labels and the value in braces, as Go prints a struct.
  package var printed: String {
    "{" + labelMap.printed + " " + TemplateValue.number(value).printed + "}"
  }

  /// The fields `Labels` and `Value`.
  package func field(_ name: String) -> TemplateValue? {
    switch name {
    case "Labels": labelMap
    case "Value": .number(value)
    default: nil
    }
  }

  private var labelMap: TemplateValue {
    .strings(Dictionary(labels.map { ($0.name, $0.value) }) { $1 })
  }
}

extension TemplateValue {
  /// The result of the function `query`.
  package static func samples(_ samples: some Sequence<(Labels, Double)>) -> TemplateValue {
    .list(samples.map { .object(TemplateSample($0.0, $0.1)) })
  }
}
