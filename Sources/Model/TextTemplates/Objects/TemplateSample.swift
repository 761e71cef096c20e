package import MetricModel

/// One element of a query's answer, with `.Labels` and `.Value`.
package struct TemplateSample: TemplateObject {
  /// The labels.
  package let labels: Labels
  /// The value.
  package let value: Double

  /// Makes an element.
  package init(_ labels: Labels, _ value: Double) {
    self.labels = labels
    self.value = value
  }

  package var typeName: String { "*template.sample" }

  package var printed: String {
    "{" + labelMap.printed + " " + TemplateValue.number(value).printed + "}"
  }

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
  /// The answer of a query: what the function `query` gives.
  package static func samples(_ samples: some Sequence<(Labels, Double)>) -> TemplateValue {
    .list(samples.map { .object(TemplateSample($0.0, $0.1)) })
  }
}
