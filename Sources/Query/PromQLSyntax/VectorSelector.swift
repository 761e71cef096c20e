package import MetricModel

/// The instant at which `@` pins a selector or a subquery.
package enum AtModifier: Hashable, Sendable {
  case time(Timestamp)
  /// The start of the outermost query.
  case start
  /// The end of the outermost query.
  case end
}

/// How a range selector looks beyond its samples, which changes what rate and kin make of the
/// edges.
package enum RangeEdges: String, Hashable, Sendable {
  /// Only samples inside the range, extrapolated.
  case plain = ""
  /// With the last sample before the range, as the value at its start; nothing extrapolated.
  case anchored
  /// Values at both ends are interpolated from the neighbours outside.
  case smoothed
}

/// Series chosen by name and label conditions, at one instant each.
package struct VectorSelector: Hashable, Sendable {
  /// The metric name before the braces; nil if only matchers choose.
  package var name: String?
  /// The conditions in braces; a metric name in quotes is one on `__name__`.
  package var matchers: [LabelMatcher]
  /// How far back in time to look; negative looks ahead.
  package var offset: DurationExpression?
  /// The instant that replaces the evaluation time.
  package var at: AtModifier?
  /// Whether the edges of the lookback are smoothed or anchored.
  package var edges: RangeEdges = .plain
  /// Where it was read from.
  package var range: SourceRange

  package init(
    name: String?, matchers: [LabelMatcher] = [], offset: DurationExpression? = nil,
    at: AtModifier? = nil, range: SourceRange = .none
  ) {
    self.name = name
    self.matchers = matchers
    self.offset = offset
    self.at = at
    self.range = range
  }

  /// All conditions, the one for the name first.
  package var allMatchers: [LabelMatcher] {
    name.map { [LabelMatcher(Label.metricName, equals: $0)] + matchers } ?? matchers
  }
}
