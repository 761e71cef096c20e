/// One label of a series.
public struct Label: Hashable, Sendable {
  /// The name; `__name__` for the metric name.
  public var name: String
  /// The value, never empty inside `Labels`.
  public var value: String

  /// Creates a label.
  public init(name: String, value: String) {
    self.name = name
    self.value = value
  }

  /// Whether both labels have the same bytes.
  public static func == (left: Label, right: Label) -> Bool {
    left.name.isExactly(right.name) && left.value.isExactly(right.value)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(ExactText(name))
    hasher.combine(ExactText(value))
  }

  /// The name of the label that holds the metric name.
  public static let metricName = "__name__"
}
