package import MetricModel

/// The value of a sample in a result; native histograms will be a second case.
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
  /// The label set.
  package var labels: Labels
  /// The value at the time of the query.
  package var value: Sample

  package init(labels: Labels, value: Sample) {
    self.labels = labels
    self.value = value
  }
}

/// One series of a range query's result, as two columns of equal length.
package struct MatrixSeries: Sendable, Hashable {
  /// The label set.
  package var labels: Labels
  /// The timestamps, in increasing order.
  package var timestamps: [Timestamp]
  /// The values.
  package var values: [Sample]

  package init(labels: Labels, timestamps: [Timestamp] = [], values: [Sample] = []) {
    self.labels = labels
    self.timestamps = timestamps
    self.values = values
  }
}

/// The value of an expression.
package enum QueryValue: Sendable, Hashable {
  case scalar(Double, at: Timestamp)
  case string(String, at: Timestamp)
  case vector([VectorElement], at: Timestamp)
  /// Sorted by labels.
  case matrix([MatrixSeries])
}

extension QueryValue {
  /// The elements of a vector, or a scalar as one element without labels; `nil` for a string or a
  /// matrix.
  package var elements: [VectorElement]? {
    switch self {
    case .scalar(let number, _): [VectorElement(labels: .empty, value: .float(number))]
    case .vector(let elements, _): elements
    case .string, .matrix: nil
    }
  }
}

/// The result of a query.
package struct QueryResult: Sendable {
  /// The value.
  package var value: QueryValue
  /// Warnings that the value may be wrong, each ending in its position: `PromQL warning: ...
  /// (1:10)`.
  package var warnings: [String]
  /// Infos, likewise.
  package var infos: [String]
  /// What the query did, if `QueryOptions.recordsProfile` asked for it.
  package var profile: QueryProfile?

  package init(value: QueryValue, warnings: [String] = [], infos: [String] = []) {
    self.value = value
    self.warnings = warnings
    self.infos = infos
  }
}
