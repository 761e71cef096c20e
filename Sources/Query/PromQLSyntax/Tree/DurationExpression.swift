import Glibc

/// A duration in a range, an offset or a resolution: usually a literal, but arithmetic is allowed
/// and preserved as it was written.
///
/// Values are seconds. `step()` and `range()` are those of the outermost query.
package indirect enum DurationExpression: Hashable, Sendable {
  /// A number of seconds.
  case number(Double, SourceRange)
  /// A time span such as `5m`.
  case span(Double, SourceRange)
  case step(SourceRange)
  case range(SourceRange)
  case parentheses(DurationExpression, SourceRange)
  case unary(UnaryOperator, DurationExpression, SourceRange)
  case binary(BinaryOperator, DurationExpression, DurationExpression)
  case lesser(DurationExpression, DurationExpression)
  case greater(DurationExpression, DurationExpression)

  /// The longest length in seconds: one that Prometheus can count in nanoseconds.
  package static let longest = 0x1p63 / 1e9

  /// A literal that was never read from a text.
  package static func literal(_ seconds: Double) -> DurationExpression { .span(seconds, .none) }

  /// The seconds if this is a literal, with or without sign.
  package var literal: Double? {
    switch self {
    case .number(let value, _), .span(let value, _): value
    default: nil
    }
  }

  /// The expression in parentheses, of which it needs only one pair.
  static func wrapped(
    _ inner: DurationExpression, start: SourceRange
  ) -> DurationExpression {
    if case .parentheses = inner { return inner }
    // Prometheus counts the opening parenthesis as a part of a literal, the closing one never.
    let place = inner.place
    return .parentheses(inner, inner.literal == nil ? place : start.extended(to: place))
  }

  /// Where it was read from; parentheses at the ends are mostly left out, as in Prometheus.
  package var place: SourceRange {
    switch self {
    case .number(_, let range), .span(_, let range), .step(let range), .range(let range),
      .parentheses(_, let range), .unary(_, _, let range):
      range
    case .binary(_, let left, let right), .lesser(let left, let right),
      .greater(let left, let right):
      left.place.extended(to: right.place)
    }
  }

  /// The value in seconds for a query of the given step and length; a part divided by zero throws.
  package func seconds(step: Double, range: Double) throws(ParseError) -> Double {
    switch self {
    case .number(let value, _), .span(let value, _): return value
    case .step: return step
    case .range: return range
    case .parentheses(let inner, _): return try inner.seconds(step: step, range: range)
    case .unary(let sign, let inner, _):
      let value = try inner.seconds(step: step, range: range)
      return sign == .minus ? -value : value
    case .lesser(let left, let right):
      let values = try Self.both(left, right, step, range)
      return values.0.isNaN || values.1.isNaN ? .nan : min(values.0, values.1)
    case .greater(let left, let right):
      let values = try Self.both(left, right, step, range)
      return values.0.isNaN || values.1.isNaN ? .nan : max(values.0, values.1)
    case .binary(let operation, let left, let right):
      let values = try Self.both(left, right, step, range)
      if values.1 == 0, operation == .divide || operation == .modulo {
        throw ParseError(
          "\(operation == .divide ? "division" : "modulo") by zero", at: place)
      }
      return operation.apply(values.0, values.1)
    }
  }

  private static func both(
    _ left: DurationExpression, _ right: DurationExpression, _ step: Double, _ range: Double
  ) throws(ParseError) -> (Double, Double) {
    (try left.seconds(step: step, range: range), try right.seconds(step: step, range: range))
  }
}
