package import MetricModel

/// A decoded remote-write request: series, and their samples as columns.
package struct WriteRequest: Sendable, Equatable {
  /// One sample; `series` is an index into `WriteRequest.series`.
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

  /// The labels of the series, all valid: with a metric name, no duplicate and no empty label name.
  package var series: [Labels] = []
  /// The samples in the order of the request.
  package var samples: [Sample] = []
  /// The number of native histograms in the request; they are not supported and not stored.
  package var histograms = 0
  /// The number of exemplars in the request; they are not stored.
  package var exemplars = 0
  /// The number of series with invalid labels, and what was wrong with the first one.
  package var refusedSeries = 0
  package var firstRefusal = ""

  package init() {}

  /// Counts a series with invalid labels.
  mutating func refuse(_ reason: @autoclosure () -> String) {
    if refusedSeries == 0 { firstRefusal = reason() }
    refusedSeries += 1
  }

  /// Adds a series and returns its index; nil if its labels are invalid.
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

/// Why bytes are not a valid remote-write request.
package enum WriteRequestError: Error, Equatable, CustomStringConvertible {
  /// The bytes are not a protobuf message of the expected type.
  case malformed(String)
  /// The request exceeds a limit, given by its name and value.
  case limitReached(String, Int)

  package var description: String {
    switch self {
    case .malformed(let what): "malformed remote-write request: \(what)"
    case .limitReached(let limit, let value): "limit reached: \(limit) = \(value)"
    }
  }
}
