import ExpositionFormat
import MetricModel
import StorageAPI

extension ScrapeCache {
  /// The labels behind series numbers that the store has forgotten, made anew from the lines.
  func labels(of forgotten: Set<SeriesID>, rules: SeriesRules) -> [(SeriesID, Labels)] {
    order.compactMap { place in
      let entry = entries[Int(place)]
      guard !entry.isDropped, forgotten.contains(entry.series),
        let parsed = try? ParsedLabels(parsing: texts.span.extracting(entry.text)),
        let labels = try? rules.labels(of: parsed.labels, emptyNames: parsed.emptyNames)
      else { return nil }
      return (entry.series, labels)
    }
  }

  /// The names of the series of the last good round, made anew from the lines.
  func metricNames(rules: SeriesRules) -> Set<String> {
    var names: Set<String> = []
    for place in order {
      let entry = entries[Int(place)]
      guard !entry.isDropped,
        let parsed = try? ParsedLabels(parsing: texts.span.extracting(entry.text)),
        let labels = try? rules.labels(of: parsed.labels, emptyNames: parsed.emptyNames)
      else { continue }
      names.insert(labels[Label.metricName] ?? "")
    }
    return names
  }

  /// Puts new numbers in the place of forgotten ones.
  mutating func renumber(_ renewed: [SeriesID: SeriesID]) {
    for place in entries.indices {
      if let series = renewed[entries[place].series] { entries[place].series = series }
    }
  }
}
