import ExpositionFormat
import MetricModel
import StorageAPI

extension ScrapeCache {
  /// The labels of series that the store has forgotten, parsed again from their lines.
  func labels(of forgotten: Set<SeriesID>, rules: SeriesRules) -> [(SeriesID, Labels)] {
    order.compactMap { entry in
      let series = numbers[Int(entry)]
      guard forgotten.contains(series), let labels = labels(of: Int(entry), rules: rules)
      else { return nil }
      return (series, labels)
    }
  }

  /// The metric names of the last successful scrape, parsed again from its lines.
  func metricNames(rules: SeriesRules) -> Set<String> {
    var names: Set<String> = []
    for entry in order {
      guard let labels = labels(of: Int(entry), rules: rules) else { continue }
      names.insert(labels[Label.metricName] ?? "")
    }
    return names
  }

  /// Replaces the identifiers of series that were registered again.
  mutating func renumber(_ renewed: [SeriesID: SeriesID]) {
    for entry in numbers.indices {
      if let series = renewed[numbers[entry]] { numbers[entry] = series }
    }
  }

  private func labels(of entry: Int, rules: SeriesRules) -> Labels? {
    guard !entries[entry].isDropped,
      let parsed = try? ParsedLabels(parsing: texts.span.extracting(lines[entry].range))
    else { return nil }
    return try? rules.labels(of: parsed.labels, emptyNames: parsed.emptyNames)
  }
}
