/// How the series of two vectors are matched.
package struct VectorMatching: Hashable, Sendable {
  /// How many series of one side may match one of the other.
  package enum Cardinality: String, Hashable, Sendable {
    case oneToOne = "one-to-one"
    /// `group_left`: many on the left.
    case manyToOne = "many-to-one"
    /// `group_right`: many on the right.
    case oneToMany = "one-to-many"
    /// Set operators.
    case manyToMany = "many-to-many"
  }

  /// The cardinality of the match.
  package var cardinality: Cardinality = .oneToOne
  /// The labels of `on` or `ignoring`.
  package var labels: [String] = []
  /// True for `on`, false for `ignoring` and for neither.
  package var isOn = false
  /// The labels that `group_left` or `group_right` copy from the one side.
  package var included: [String] = []
  /// The value of a left side that is missing (`fill_left`, `fill`).
  package var leftFill: Double?
  /// The value of a right side that is missing (`fill_right`, `fill`).
  package var rightFill: Double?

  package init() {}

  /// Whether a side that is missing is filled in.
  package var fills: Bool { leftFill != nil || rightFill != nil }
}
