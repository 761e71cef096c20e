import PromQLSyntax
import Testing

@testable import PromQLEngine

/// The signature of every function of Prometheus 3.14: one letter for each argument, `v` an instant
/// vector, `m` a range vector, `s` a scalar, `t` a string. Arguments after `?` are optional; the
/// one before `*` is optional and repeatable, with `*9` at most so often. The type of the result
/// comes after `->`.
private let signatures: [(form: String, names: String)] = [
  (
    " -> s",
    "end pi range start step time"
  ),
  (
    "?v -> v",
    "day_of_month day_of_week day_of_year days_in_month hour minute month year"
  ),
  (
    "vtss*9 -> v",
    "histogram_quantiles"
  ),
  (
    "m -> v",
    "absent_over_time avg_over_time changes count_over_time delta deriv first_over_time "
      + "idelta increase irate last_over_time mad_over_time max_over_time min_over_time "
      + "present_over_time rate resets stddev_over_time stdvar_over_time sum_over_time "
      + "ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time"
  ),
  (
    "ms -> v",
    "predict_linear"
  ),
  (
    "mss -> v",
    "double_exponential_smoothing"
  ),
  (
    "s -> v",
    "vector"
  ),
  (
    "sm -> v",
    "quantile_over_time"
  ),
  (
    "ss -> s",
    "max_of min_of"
  ),
  (
    "ssv -> v",
    "histogram_fraction"
  ),
  (
    "sv -> v",
    "histogram_quantile"
  ),
  (
    "v -> s",
    "scalar"
  ),
  (
    "v -> v",
    "abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor "
      + "histogram_avg histogram_count histogram_stddev histogram_stdvar histogram_sum ln "
      + "log10 log2 rad sgn sin sinh sort sort_desc sqrt start_timestamp tan tanh timestamp"
  ),
  (
    "v?s -> v",
    "round"
  ),
  (
    "v?v -> v",
    "info"
  ),
  (
    "vs -> v",
    "clamp_max clamp_min"
  ),
  (
    "vss -> v",
    "clamp"
  ),
  (
    "vt* -> v",
    "sort_by_label sort_by_label_desc"
  ),
  (
    "vttt* -> v",
    "label_join"
  ),
  (
    "vtttt -> v",
    "label_replace"
  ),
]

@Test(arguments: signatures)
func functionsAreCalledAsInPrometheus(form: String, names: String) {
  for name in names.split(separator: " ") {
    let signature = QueryEngine.signature(of: String(name))
    #expect(signature?.form == form, "\(name)")
  }
}

@Test func thereIsNoOtherFunction() {
  let known = signatures.flatMap { $0.names.split(separator: " ").map(String.init) }
  #expect(QueryEngine.functionNames == known.sorted())
}

extension FunctionSignature {
  /// The signature in the letters of the table.
  fileprivate var form: String {
    var letters = arguments.map(\.letter)
    switch variadic {
    case .none: break
    case .optional(let count): letters.insert("?", at: letters.count - count)
    case .repeated: letters.append("*")
    case .repeatedUpTo(let count): letters.append("*\(count)")
    }
    return letters.joined() + " -> " + result.letter
  }
}

extension ValueType {
  fileprivate var letter: String {
    switch self {
    case .vector: "v"
    case .matrix: "m"
    case .scalar: "s"
    case .string: "t"
    }
  }
}
