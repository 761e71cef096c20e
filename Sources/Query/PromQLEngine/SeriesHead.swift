import MetricModel

/// Who a row belongs to, while a query runs.
struct SeriesHead {
  /// The labels, the metric name among them even if it is going to fall.
  var labels: Labels
  /// Whether the name falls at the end of the query; until then `label_replace` and `by (__name__)`
  /// still see it (rule 27).
  var dropsName = false

  /// Labels that fall together with the metric name.
  static let nameLabels = [Label.metricName, "__type__", "__unit__"]

  /// The same head with its name marked to fall.
  var droppingName: SeriesHead { SeriesHead(labels: labels, dropsName: true) }

  /// The labels that the answer shows.
  var finalLabels: Labels { dropsName ? labels.removing(Self.nameLabels) : labels }
}
