import ExpositionFormat
import MetricModel

/// Applies a target's labels, metric relabelling and limits to a parsed series.
struct SeriesRules {
  let target: ScrapeTarget
  private let targetLabels: [Label]

  init(target: ScrapeTarget) {
    self.target = target
    targetLabels = Array(target.labels)
  }

  /// The labels of a series in the store; nil if relabelling drops it. `emptyNames` are the labels
  /// that the line gives with an empty value.
  func labels(of own: Labels, emptyNames: [String]) throws(ScrapeFailure) -> Labels? {
    let attached =
      target.job.honorLabels ? honoring(own, emptyNames: emptyNames) : overriding(own)
    guard let labels = target.job.metricRelabelRules.apply(to: attached) else { return nil }
    guard labels.metricName != nil else {
      throw .noMetricName(series: Self.short(attached.description))
    }
    try check(labels)
    return labels
  }

  /// Merges labels so that the series' own win; an own label with an empty value removes the
  /// target's.
  private func honoring(_ own: Labels, emptyNames: [String]) -> Labels {
    target.labels.removing(emptyNames).merging(own)
  }

  /// Merges labels so that the target's win; the series' own of the same name become
  /// `exported_...`.
  private func overriding(_ own: Labels) -> Labels {
    let renamed = targetLabels.compactMap { label in
      own[label.name].map { Label(name: label.name, value: $0) }
    }
    var result = own.merging(target.labels)
    for label in renamed {
      var name = "exported_" + label.name
      while result[name] != nil { name = "exported_" + name }
      result = result.setting(name, label.value)
    }
    return result
  }

  private func check(_ labels: Labels) throws(ScrapeFailure) {
    let limits = target.job.limits
    if limits.labels > 0, labels.count > limits.labels {
      throw exceeded("label_limit", limits.labels, labels)
    }
    guard limits.labelNameLength > 0 || limits.labelValueLength > 0 else { return }
    for label in labels {
      if limits.labelNameLength > 0, label.name.utf8.count > limits.labelNameLength {
        throw exceeded("label_name_length_limit", limits.labelNameLength, labels)
      }
      if limits.labelValueLength > 0, label.value.utf8.count > limits.labelValueLength {
        throw exceeded("label_value_length_limit", limits.labelValueLength, labels)
      }
    }
  }

  private func exceeded(_ limit: String, _ value: Int, _ labels: Labels) -> ScrapeFailure {
    .limitReached(limit: limit, value: value, series: Self.short(labels.description))
  }

  /// The first 100 characters, enough to identify the series.
  static func short(_ text: String) -> String {
    text.count > 100 ? text.prefix(100) + "..." : text
  }
}
