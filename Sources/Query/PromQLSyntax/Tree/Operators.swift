/// An operator between two operands.
package enum BinaryOperator: String, Sendable, CaseIterable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case modulo = "%"
  case power = "^"
  case arcTangent2 = "atan2"
  case equal = "=="
  case notEqual = "!="
  case greater = ">"
  case less = "<"
  case greaterOrEqual = ">="
  case lessOrEqual = "<="
  /// `</`: removes the part of a native histogram above a value.
  case trimUpper = "</"
  /// `>/`: removes the part of a native histogram below a value.
  case trimLower = ">/"
  case and
  case or
  case unless

  /// The operator's precedence; a higher one binds tighter.
  package var precedence: Int {
    switch self {
    case .or: 1
    case .and, .unless: 2
    case .equal, .notEqual, .greater, .less, .greaterOrEqual, .lessOrEqual, .trimUpper,
      .trimLower:
      3
    case .add, .subtract: 4
    case .multiply, .divide, .modulo, .arcTangent2: 5
    case .power: 6
    }
  }

  /// Whether `a op b op c` means `a op (b op c)`.
  package var isRightAssociative: Bool { self == .power }

  /// Whether the operator compares, and so filters or, with `bool`, returns 0 or 1.
  package var isComparison: Bool {
    switch self {
    case .equal, .notEqual, .greater, .less, .greaterOrEqual, .lessOrEqual: true
    default: false
    }
  }

  /// Whether the operator combines sets of series and leaves values alone.
  package var isSetOperator: Bool { self == .and || self == .or || self == .unless }
}

/// A sign before an operand.
package enum UnaryOperator: String, Sendable {
  case plus = "+"
  case minus = "-"
}

/// An aggregation operator.
package enum AggregationOperator: String, Sendable, CaseIterable {
  case sum, avg, min, max, count, group, stddev, stdvar
  case topk, bottomk, quantile
  case countValues = "count_values"
  case limitk
  case limitRatio = "limit_ratio"

  /// The type of the parameter before the vector; nil if there is none.
  package var parameterType: ValueType? {
    switch self {
    case .topk, .bottomk, .quantile, .limitk, .limitRatio: .scalar
    case .countValues: .string
    default: nil
    }
  }
}
