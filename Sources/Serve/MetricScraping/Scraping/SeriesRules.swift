import ExpositionFormat
import MetricModel

/// What a target's labels, metric relabelling and limits make of a parsed series.
struct SeriesRules {
  let target: ScrapeTarget

  /// The labels that the series gets in the store; nil if relabelling drops it.
  func labels(of parsed: ParsedLabels) throws(ScrapeFailure) -> Labels? {
    let attached = target.job.honorLabels ? honoring(parsed) : overriding(parsed)
    guard let labels = target.job.metricRelabelRules.apply(to: attached) else { return nil }
    guard labels.metricName != nil else {
      throw .noMetricName(series: Self.short(attached.description))
    }
    try check(labels)
    return labels
  }

  /// The series' own labels win; one that is there and empty keeps the target's away.
  private func honoring(_ parsed: ParsedLabels) -> Labels {
    let own = Set(parsed.list.map(\.name))
    return Labels(target.labels.filter { !own.contains($0.name) } + parsed.list)
  }

  /// The target's labels win; the series' own of the same name are kept as `exported_...`.
  private func overriding(_ parsed: ParsedLabels) -> Labels {
    var own = Labels(parsed.list)
    var renamed: [Label] = []
    for label in target.labels {
      guard let value = own[label.name] else { continue }
      own = own.removing(CollectionOfOne(label.name))
      renamed.append(Label(name: label.name, value: value))
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

  /// The first 100 characters, enough to find the series.
  static func short(_ text: String) -> String {
    text.count > 100 ? text.prefix(100) + "..." : text
  }
}
