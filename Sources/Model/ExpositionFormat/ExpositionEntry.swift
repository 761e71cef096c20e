public import MetricModel

/// The contents of one line of an exposition; all ranges are byte ranges of the parser's input.
public enum ExpositionEntry: Sendable, Equatable {
  /// A sample.
  case sample(ExpositionSample)
  /// `# TYPE name type`
  case type(name: Range<Int>, MetricType)
  /// `# HELP name text`; the text is still escaped, see `ParsedLabels.unescapedHelp`.
  case help(name: Range<Int>, text: Range<Int>)
  /// `# UNIT name unit`, in OpenMetrics only.
  case unit(name: Range<Int>, unit: Range<Int>)
}

/// A sample line.
public struct ExpositionSample: Sendable, Equatable {
  /// The bytes of the series, from the metric name or the opening brace to the closing brace.
  public let series: Range<Int>
  /// The value; every NaN is the ordinary one, never a stale marker.
  public let value: Double
  /// The timestamp of the line, if it has one.
  public let timestamp: Timestamp?

  /// Creates a sample.
  public init(series: Range<Int>, value: Double, timestamp: Timestamp? = nil) {
    self.series = series
    self.value = value
    self.timestamp = timestamp
  }
}
