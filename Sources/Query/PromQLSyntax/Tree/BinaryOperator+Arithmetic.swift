import Glibc

extension BinaryOperator {
  /// The value of an arithmetic operation; comparisons give 1 or 0, and set operators the left
  /// value.
  package func apply(_ left: Double, _ right: Double) -> Double {
    switch self {
    case .add: left + right
    case .subtract: left - right
    case .multiply: left * right
    case .divide: left / right
    case .modulo: fmod(left, right)
    case .power: pow(left, right)
    case .arcTangent2: atan2(left, right)
    case .equal, .notEqual, .greater, .less, .greaterOrEqual, .lessOrEqual:
      holds(left, right) ? 1 : 0
    case .trimUpper, .trimLower, .and, .or, .unless: left
    }
  }

  /// Whether a comparison holds; false for operators that do not compare.
  package func holds(_ left: Double, _ right: Double) -> Bool {
    switch self {
    case .equal: left == right
    case .notEqual: left != right
    case .greater: left > right
    case .less: left < right
    case .greaterOrEqual: left >= right
    case .lessOrEqual: left <= right
    default: false
    }
  }
}
