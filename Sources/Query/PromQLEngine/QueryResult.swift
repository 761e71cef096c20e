package import MetricModel

/// The value of a sample at the engine's door; native histograms will be a second case.
package enum Sample: Sendable, Hashable {
  case float(Double)

  /// The number; nil for a sample that is not one.
  package var float: Double? {
    switch self {
    case .float(let value): value
    }
  }
}

/// One series of an instant vector.
package struct VectorElement: Sendable, Hashable {
  /// Who.
  package var labels: Labels
  /// What, at the time of the query.
  package var value: Sample

  package init(labels: Labels, value: Sample) {
    self.labels = labels
    self.value = value
  }
}

/// One series of a range query's answer, as two columns of equal length.
package struct MatrixSeries: Sendable, Hashable {
  /// Who.
  package var labels: Labels
  /// When, in growing order.
  package var timestamps: [Timestamp]
  /// What.
  package var values: [Sample]

  package init(labels: Labels, timestamps: [Timestamp] = [], values: [Sample] = []) {
    self.labels = labels
    self.timestamps = timestamps
    self.values = values
  }
}

/// What an expression yields.
package enum QueryValue: Sendable, Hashable {
  case scalar(Double, at: Timestamp)
  case string(String, at: Timestamp)
  case vector([VectorElement], at: Timestamp)
  /// Sorted by labels.
  case matrix([MatrixSeries])
}

/// The answer to a query.
package struct QueryResult: Sendable {
  /// The value.
  package var value: QueryValue
  /// Texts that say the value may be wrong, each ending in its position: `PromQL warning: ...
  /// (1:10)`.
  package var warnings: [String]
  /// Texts worth knowing, likewise.
  package var infos: [String]
  /// What the query did, if `QueryOptions.recordsProfile` asked for it.
  package var profile: QueryProfile?

  package init(value: QueryValue, warnings: [String] = [], infos: [String] = []) {
    self.value = value
    self.warnings = warnings
    self.infos = infos
  }
}
