package import MetricModel

/// What a remote-write request asks to keep: series, and their samples as columns.
package struct WriteRequest: Sendable, Equatable {
  /// One sample; `series` counts in ``WriteRequest/series``.
  package struct Sample: Sendable {
    package let series: Int
    package let timestamp: Timestamp
    package let value: Double

    package init(series: Int, timestamp: Timestamp, value: Double) {
      self.series = series
      self.timestamp = timestamp
      self.value = value
    }
  }

  /// Labels of the series, each sound: with a metric name, no label twice, none without a name.
  package var series: [Labels] = []
  /// The samples in the order of the request.
  package var samples: [Sample] = []
  /// How many native histograms stood in the request; they are not kept.
  package var histograms = 0
  /// How many exemplars stood in the request; they are not kept.
  package var exemplars = 0
  /// How many series were left out because of their labels, and what was wrong with the first.
  package var refusedSeries = 0
  package var firstRefusal = ""

  package init() {}

  /// Leaves out a series whose labels cannot be.
  mutating func refuse(_ reason: @autoclosure () -> String) {
    if refusedSeries == 0 { firstRefusal = reason() }
    refusedSeries += 1
  }

  /// Adds a series if its labels are sound; nil if they are not.
  mutating func add(_ labels: [Label]) -> Int? {
    var hasName = false
    var names: Set<ExactText> = []
    for label in labels {
      if label.name.isEmpty {
        refuse("a label without a name in \(Labels(labels))")
        return nil
      }
      if !names.insert(ExactText(label.name)).inserted {
        refuse("label \"\(label.name)\" twice in \(Labels(labels))")
        return nil
      }
      if label.name == Label.metricName { hasName = !label.value.isEmpty }
    }
    guard hasName else {
      refuse("no metric name in \(Labels(labels))")
      return nil
    }
    series.append(Labels(labels))
    return series.count - 1
  }
}

extension WriteRequest.Sample: Equatable {
  package static func == (left: Self, right: Self) -> Bool {
    left.series == right.series && left.timestamp == right.timestamp
      && left.value.bitPattern == right.value.bitPattern
  }
}

/// Why bytes are no remote-write request.
package enum WriteRequestError: Error, Equatable, CustomStringConvertible {
  /// They are no protobuf message of this kind.
  case malformed(String)
  /// A limit with a name was reached.
  case limitReached(String, Int)

  package var description: String {
    switch self {
    case .malformed(let what): "malformed remote-write request: \(what)"
    case .limitReached(let limit, let value): "limit reached: \(limit) = \(value)"
    }
  }
}
