import Codecs
import Glibc
import MetricModel
import PromQLSyntax

extension FunctionTable {
  /// Functions of one number.
  static let mathematics: [Function] = [
    .pointwise("abs") { $0.magnitude },
    .pointwise("ceil") { $0.rounded(.up) },
    .pointwise("floor") { $0.rounded(.down) },
    .pointwise("exp") { exp($0) },
    .pointwise("ln") { log($0) },
    .pointwise("log2") { log2($0) },
    .pointwise("log10") { log10($0) },
    .pointwise("sqrt") { $0.squareRoot() },
    .pointwise("sgn") { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 },
    .pointwise("sin") { sin($0) },
    .pointwise("cos") { cos($0) },
    .pointwise("tan") { tan($0) },
    .pointwise("asin") { asin($0) },
    .pointwise("acos") { acos($0) },
    .pointwise("atan") { atan($0) },
    .pointwise("sinh") { sinh($0) },
    .pointwise("cosh") { cosh($0) },
    .pointwise("tanh") { tanh($0) },
    .pointwise("asinh") { asinh($0) },
    .pointwise("acosh") { acosh($0) },
    .pointwise("atanh") { atanh($0) },
    .pointwise("deg") { $0 * 180 / .pi },
    .pointwise("rad") { $0 * .pi / 180 },
  ]

  /// Functions of a number and scalars.
  static let clamping: [Function] = [
    Function(
      signature: FunctionSignature("clamp", [.vector, .scalar, .scalar]),
      evaluation: .parameterised { value, bounds in
        bounds[0] > bounds[1] ? absentValue : maximum(bounds[0], minimum(bounds[1], value))
      }),
    Function(
      signature: FunctionSignature("clamp_min", [.vector, .scalar]),
      evaluation: .parameterised { value, bounds in maximum(bounds[0], value) }),
    Function(
      signature: FunctionSignature("clamp_max", [.vector, .scalar]),
      evaluation: .parameterised { value, bounds in minimum(bounds[0], value) }),
    Function(
      signature: FunctionSignature("round", [.vector, .scalar], variadic: .optional(1)),
      evaluation: .parameterised { value, nearest in
        // Ties are rounded up, for negative numbers too.
        let inverse = 1 / (nearest.first ?? 1)
        return (value * inverse + 0.5).rounded(.down) / inverse
      }),
  ]

  /// Parts of a date.
  static let dates: [Function] = [
    .date("minute") { $0.minute },
    .date("hour") { $0.hour },
    .date("day_of_week") { $0.weekday },
    .date("day_of_month") { $0.day },
    .date("day_of_year") { $0.dayOfYear },
    .date("days_in_month") { $0.daysInMonth },
    .date("month") { $0.month },
    .date("year") { $0.year },
  ]

  /// The lesser number; NaN if either is.
  static func minimum(_ left: Double, _ right: Double) -> Double {
    left.isNaN || right.isNaN ? .nan : min(left, right)
  }

  /// The greater number; NaN if either is.
  static func maximum(_ left: Double, _ right: Double) -> Double {
    left.isNaN || right.isNaN ? .nan : max(left, right)
  }
}
