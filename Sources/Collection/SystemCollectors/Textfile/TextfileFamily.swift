import MetricModel

/// A metric family of a textfile.
struct TextfileFamily: Equatable, Sendable {
  /// A line with a value; labels without the name.
  struct Sample: Equatable, Sendable {
    /// The part of the name after that of the family: nothing, `_bucket`, `_sum` or `_count`.
    let suffix: String
    let labels: [Label]
    let value: Double
  }

  let name: String
  var type: MetricType = .unknown
  /// The help text; nil if the file has no HELP line for it.
  var help: String?
  var samples: [Sample] = []

  /// The label names of all samples, sorted, without those of the parts of histograms and
  /// summaries.
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
