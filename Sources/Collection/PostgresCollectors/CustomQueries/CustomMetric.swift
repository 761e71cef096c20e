package import MetricModel

/// A metric built from columns of a custom query.
package struct CustomMetric: Sendable, Equatable {
  /// How the cells of a column are interpreted.
  package enum Reading: Sendable, Equatable {
    /// A number, a boolean (1 or 0) or a time (Unix seconds).
    case number
    /// A text that maps to a number; other texts give no sample.
    case mapping([String: Double])
    /// A duration as Go writes it, `1h2m3.5s`; exposed in milliseconds.
    case duration
    /// Bounds of a histogram; `COLUMN_bucket`, `COLUMN_sum` and `COLUMN_count` hold the rest.
    case histogram
    /// No column: every row has this value.
    case constant(Double)
  }

  /// A column with values.
  package struct Value: Sendable, Equatable {
    /// Its name.
    package var column: String
    /// The label value that distinguishes several columns of a metric.
    package var label: String?

    /// Makes a column.
    package init(column: String, label: String? = nil) {
      self.column = column
      self.label = label
    }
  }

  /// The full name.
  package var name: String
  /// The type.
  package var type: MetricType
  /// The text after HELP.
  package var help: String
  /// The columns that are labels.
  package var labels: [CustomLabel]
  /// Labels that are the same on every series.
  package var staticLabels: [Label] = []
  /// The label with the name of the value's column; `nil` if there is only one column.
  package var valueLabel: String?
  /// The columns that are values.
  package var values: [Value]
  /// How a cell is interpreted.
  package var reading = Reading.number
  /// What a value is multiplied by.
  package var scale = 1.0
  /// The value for NULL; `nil` leaves the sample out.
  package var null: Double?
  /// The servers that have the columns.
  package var versions = VersionRange.all

  /// Makes a metric.
  package init(
    name: String, type: MetricType, help: String, labels: [CustomLabel], values: [Value]
  ) {
    self.name = name
    self.type = type
    self.help = help
    self.labels = labels
    self.values = values
  }

  /// The names of all labels in the order of the samples' values.
  package var labelNames: [String] {
    labels.map(\.name) + staticLabels.map(\.name) + (valueLabel.map { [$0] } ?? [])
  }

  /// The columns that must exist.
  package var columns: [String] {
    let own = values.flatMap { value -> [String] in
      switch reading {
      case .histogram:
        [value.column] + ["_bucket", "_sum", "_count"].map { value.column + $0 }
      case .constant: []
      case .number, .mapping, .duration: [value.column]
      }
    }
    return labels.map(\.column) + own
  }
}

/// A column that is a label.
package struct CustomLabel: Sendable, Equatable {
  /// The column.
  package var column: String
  /// The label's name.
  package var name: String

  /// Makes a label; it is named like the column by default.
  package init(_ column: String, name: String? = nil) {
    self.column = column
    self.name = name ?? column
  }
}
