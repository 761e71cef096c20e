import MetricModel
import PromQLSyntax

/// Builds the labels of the series that a vector match yields.
struct ResultLabelBuilder {
  private let node: BinaryExpression

  init(_ node: BinaryExpression) { self.node = node }

  /// The head for a series of the many side matched with one of the one side.
  func head(many: SeriesHead, one: Labels) -> SeriesHead {
    let matching = node.matching
    var labels = many.labels
    if !node.operation.isComparison { labels = labels.removing(SeriesHead.nameLabels) }
    if matching.cardinality == .oneToOne {
      if matching.isOn {
        labels = labels.retaining(matching.labels)
      } else if !matching.labels.isEmpty {
        labels = labels.removing(matching.labels)
      }
    }
    for name in matching.included { labels = labels.setting(name, one[name] ?? "") }
    return SeriesHead(labels: labels, dropsName: many.dropsName || node.returnsBool)
  }
}
