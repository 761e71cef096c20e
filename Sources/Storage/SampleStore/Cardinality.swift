import MetricModel

/// Which metrics and labels make the most series, for `/api/v1/status/tsdb`.
package struct Cardinality: Sendable, Equatable {
  /// A name and its count.
  package struct Entry: Sendable, Equatable {
    package let name: String
    package let count: Int
  }

  /// Metric names with the most series.
  package let seriesByMetric: [Entry]
  /// Label names with the most distinct values.
  package let valuesByLabel: [Entry]
  /// Label names by the total bytes of their values in all series.
  package let bytesByLabel: [Entry]
  /// `name=value` pairs with the most series.
  package let seriesByPair: [Entry]
  /// The number of distinct pairs.
  package let pairCount: Int

  init(_ index: LabelIndex, limit: Int) {
    let metrics = index.names[ExactText(Label.metricName)]?.postings ?? [:]
    seriesByMetric = Self.top(limit, metrics.lazy.map { Entry(name: $0.string, count: $1.count) })
    valuesByLabel = Self.top(
      limit, index.names.lazy.map { Entry(name: $0.string, count: $1.postings.count) })
    bytesByLabel = Self.top(
      limit,
      index.names.lazy.map { name, values in
        Entry(
          name: name.string,
          count: values.postings.reduce(0) { $0 + $1.key.string.utf8.count * $1.value.count })
      })
    var pairs: [Entry] = []
    for (name, values) in index.names {
      let best = Self.top(
        limit, values.postings.lazy.map { Entry(name: $0.string, count: $1.count) })
      pairs += best.map { Entry(name: "\(name.string)=\($0.name)", count: $0.count) }
    }
    seriesByPair = Self.top(limit, pairs)
    pairCount = index.names.values.reduce(0) { $0 + $1.postings.count }
  }

  /// The entries with the highest counts; equal counts in order of names.
  private static func top(_ limit: Int, _ entries: some Sequence<Entry>) -> [Entry] {
    let sorted = entries.sorted {
      $0.count != $1.count ? $0.count > $1.count : ExactText($0.name) < ExactText($1.name)
    }
    return Array(sorted.prefix(limit))
  }
}
