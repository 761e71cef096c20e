/// A length of time in a range, an offset or a resolution: mostly a literal, but arithmetic is
/// allowed.
///
/// Values are seconds. `step()` and `range()` are those of the outermost query.
package indirect enum DurationExpression: Hashable, Sendable {
  case literal(Double)
  case step
  case range
  case negated(DurationExpression)
  case binary(BinaryOperator, DurationExpression, DurationExpression)
  case lesser(DurationExpression, DurationExpression)
  case greater(DurationExpression, DurationExpression)

  /// The longest length in seconds: one that Prometheus can count in nanoseconds.
  package static let longest = 0x1p63 / 1e9

  /// The value in seconds for a query of the given step and length.
  package func seconds(step: Double, range: Double) -> Double {
    switch self {
    case .literal(let value): value
    case .step: step
    case .range: range
    case .negated(let inner): -inner.seconds(step: step, range: range)
    case .lesser(let left, let right):
      min(left.seconds(step: step, range: range), right.seconds(step: step, range: range))
    case .greater(let left, let right):
      max(left.seconds(step: step, range: range), right.seconds(step: step, range: range))
    case .binary(let operation, let left, let right):
      operation.apply(
        left.seconds(step: step, range: range), right.seconds(step: step, range: range))
    }
  }

  /// The value if it does not depend on the query.
  package var constant: Double? {
    switch self {
    case .literal(let value): value
    case .step, .range: nil
    case .negated(let inner): inner.constant.map { -$0 }
    case .lesser(let left, let right): Self.fold(left, right) { min($0, $1) }
    case .greater(let left, let right): Self.fold(left, right) { max($0, $1) }
    case .binary(let operation, let left, let right):
      Self.fold(left, right) { operation.apply($0, $1) }
    }
  }

  private static func fold(
    _ left: DurationExpression, _ right: DurationExpression, _ body: (Double, Double) -> Double
  ) -> Double? {
    guard let left = left.constant, let right = right.constant else { return nil }
    return body(left, right)
  }
}
