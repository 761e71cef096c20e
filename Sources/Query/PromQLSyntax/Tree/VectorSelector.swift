package import MetricModel

/// The instant that `@` fixes for a selector or a subquery.
package enum AtModifier: Hashable, Sendable {
  case time(Timestamp)
  /// The start of the outermost query.
  case start
  /// The end of the outermost query.
  case end
}

/// How a range selector treats the edges of its window, which changes the results of rate and
/// related functions.
package enum RangeEdges: String, Hashable, Sendable {
  /// Only samples inside the range, extrapolated.
  case plain = ""
  /// With the last sample before the range, as the value at its start; nothing extrapolated.
  case anchored
  /// Values at both ends are interpolated from the neighbours outside.
  case smoothed
}

/// Series selected by name and label matchers, at one instant each.
package struct VectorSelector: Hashable, Sendable {
  /// The metric name before the braces; `nil` if there are only matchers.
  package var name: String?
  /// The matchers in braces; a metric name in quotes is one on `__name__`.
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

  /// All matchers, the one for the name first.
  package var allMatchers: [LabelMatcher] {
    name.map { [LabelMatcher(Label.metricName, equals: $0)] + matchers } ?? matchers
  }
}
