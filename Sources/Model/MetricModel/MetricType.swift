/// The type of a metric family.
public enum MetricType: String, Sendable, CaseIterable {
  case counter, gauge, histogram, summary, unknown, info, stateset, gaugehistogram

  /// The name in text format 0.0.4, which calls the unknown type `untyped` and lacks info and state
  /// sets.
  public var textFormatName: String {
    switch self {
    case .counter, .gauge, .histogram, .summary: rawValue
    case .info, .stateset: "gauge"
    case .gaugehistogram: "histogram"
    case .unknown: "untyped"
    }
  }

  /// The type of a word after `# TYPE` in either text format; nil for an unknown word.
  public init?(word: String) {
    if word == "untyped" {
      self = .unknown
    } else {
      self.init(rawValue: word)
    }
  }
}
