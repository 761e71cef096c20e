/// One label of a series.
public struct Label: Hashable, Sendable {
  /// The name; `__name__` for the metric name.
  public var name: String
  /// The value, never empty inside `Labels`.
  public var value: String

  public init(name: String, value: String) {
    self.name = name
    self.value = value
  }

  /// The name of the label that holds the metric name.
  public static let metricName = "__name__"
}
