import MetricModel

/// A family of metrics that somebody wrote into a file.
struct TextfileFamily: Equatable, Sendable {
  /// A line with a value; labels without the name.
  struct Sample: Equatable, Sendable {
    /// What the name has behind that of its family: nothing, `_bucket`, `_sum` or `_count`.
    let suffix: String
    let labels: [Label]
    let value: Double
  }

  let name: String
  var type: MetricType = .unknown
  /// Nil when the file has no HELP line for it.
  var help: String?
  var samples: [Sample] = []

  /// Label names of all samples, sorted, but for those that make up histograms and summaries.
  var labelNames: [String] {
    var names: Set<String> = []
    for sample in samples {
      for label in sample.labels where label.name != partLabel { names.insert(label.name) }
    }
    return names.sorted()
  }

  /// The label that distinguishes the parts of a histogram or summary.
  var partLabel: String? {
    switch type {
    case .histogram: "le"
    case .summary: "quantile"
    default: nil
    }
  }
}
