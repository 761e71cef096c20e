import MetricModel

/// The labels of a row while a query runs.
struct SeriesHead {
  /// The labels, including a metric name that is going to be dropped.
  var labels: Labels
  /// Whether the metric name is dropped at the end of the query; until then `label_replace` and `by
  /// (__name__)` still see it.
  var dropsName = false

  /// Labels that are dropped together with the metric name.
  static let nameLabels = [Label.metricName, "__type__", "__unit__"]

  /// The labels in the result.
  var finalLabels: Labels { dropsName ? labels.removing(Self.nameLabels) : labels }
}
