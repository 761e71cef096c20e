/// Generates random queries that the engine and Prometheus 2.42 must answer alike.
///
/// Queries avoid what later versions changed: bounds of windows never meet a sample or an instant
/// of a subquery, because the left bound is open now; names come from selectors of one metric,
/// because they are dropped at the end of a query now; counters have no gaps, because extrapolation
/// cuts at zero in another order; deviations have finite input; matches are unambiguous on both
/// sides; atan2 is not used where its name matters, nor predict_linear with one point under `@`;
/// dates have valid times; and no function or modifier is newer than 2.42.
struct QueryDice {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

  private mutating func roll(_ count: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int((state &* 0x2545_f491_4f6c_dd1d) >> 33) % count
  }

  private mutating func pick(_ texts: String...) -> String { texts[roll(texts.count)] }

  /// A whole query: a vector or, sometimes, a scalar.
  mutating func query() -> String {
    roll(12) == 0 ? scalar(2) : vector(3)
  }

  private mutating func duration() -> String { pick("1m", "90s", "5m", "7m30s", "10m") }

  private mutating func matchers() -> String {
    pick(
      "", "", "{job=\"a\"}", "{job!=\"b\"}", "{instance=~\"[01]\"}", "{instance!~\"2|x\"}",
      "{nothing=\"\"}", "{job=~\"a|b\",instance=\"1\"}", "{job=\"none\"}")
  }

  private mutating func times() -> String {
    pick("", "", "", " offset 3m", " offset -2m", " @ 4200.001", " @ end()", " @ start() offset 1m")
  }

  private mutating func metric() -> String { pick("c_total", "g", "h", "g") }

  private mutating func window(_ metric: String) -> String {
    roll(6) == 0
      ? "\(metric)\(matchers())[\(duration()):\(pick("30s", "1m", "17s"))]\(times())"
      : "\(metric)\(matchers())[\(duration())]\(times())"
  }

  private mutating func scalar(_ depth: Int) -> String {
    guard depth > 0 else { return pick("1", "2.5", "-3", "0.1", "1e3", "0x10", "time()", "pi()") }
    switch roll(4) {
    case 0: return "(\(scalar(depth - 1)) \(pick("+", "-", "*", "^", "%")) \(scalar(0)))"
    case 1: return "scalar(\(vector(depth - 1)))"
    case 2: return "-\(scalar(0))"
    default: return scalar(0)
    }
  }

  private mutating func vector(_ depth: Int) -> String {
    guard depth > 0 else { return metric() + matchers() + times() }
    switch roll(11) {
    case 0: return counting()
    case 1: return overTime()
    case 2: return aggregation(depth)
    case 3: return pointwise(depth)
    case 4: return withScalar(depth)
    case 5: return matched()
    case 6: return joined()
    case 7: return combined(depth)
    case 8: return labelled(depth)
    case 9: return buckets()
    default: return vector(0)
    }
  }

  private mutating func counting() -> String {
    let function = pick("rate", "increase", "irate", "resets", "changes", "delta", "idelta")
    return "\(function)(\(window("c_total")))"
  }

  private mutating func overTime() -> String {
    let metric = pick("g", "h")
    switch roll(6) {
    case 0: return "quantile_over_time(\(pick("0", "0.5", "0.9", "1")), \(window(metric)))"
    case 1: return "predict_linear(\(metric)\(matchers())[\(duration())], \(pick("60", "3600")))"
    case 2: return "deriv(\(window(metric)))"
    default:
      let function = pick(
        "sum", "avg", "min", "max", "count", "last", "present", "stddev", "stdvar")
      return "\(function)_over_time(\(window(metric)))"
    }
  }

  private mutating func grouping() -> String {
    pick(
      "", " by (job)", " by (instance)", " without (instance)", " by (job, instance)", " by ()",
      " without (job, nothing)")
  }

  private mutating func aggregation(_ depth: Int) -> String {
    switch roll(6) {
    case 0:
      return "\(pick("topk", "bottomk"))\(grouping())(\(pick("1", "2", "3")), \(vector(0)))"
    case 1: return "quantile\(grouping())(\(pick("0", "0.3", "1")), \(vector(0)))"
    case 2: return "count_values\(grouping())(\"value\", round(\(vector(0)), 50))"
    case 3: return "\(pick("stddev", "stdvar"))\(grouping())(\(vector(0)))"
    default:
      let operation = pick("sum", "avg", "min", "max", "count", "group")
      return "\(operation)\(grouping())(\(vector(depth - 1)))"
    }
  }

  private mutating func pointwise(_ depth: Int) -> String {
    let inner = vector(depth - 1)
    switch roll(6) {
    case 0: return "clamp(\(inner), -5, \(pick("5", "50")))"
    case 1: return "round(\(inner), \(pick("1", "5", "10")))"
    case 2: return "\(pick("hour", "minute", "day_of_week", "days_in_month", "year"))(\(vector(0)))"
    case 3: return "-\(inner)"
    default:
      let function = pick(
        "abs", "ceil", "floor", "exp", "ln", "log2", "log10", "sqrt", "sgn", "sin", "cosh",
        "deg", "timestamp")
      return "\(function)(\(inner))"
    }
  }

  private mutating func withScalar(_ depth: Int) -> String {
    let operation = pick(
      "+", "-", "*", "/", "%", "^", "==", "!= bool", ">", "< bool", ">=", "<=", "> bool")
    let (inner, number) = (vector(depth - 1), scalar(1))
    return roll(2) == 0 ? "(\(inner)) \(operation) \(number)" : "\(number) \(operation) (\(inner))"
  }

  /// Two sides with equal labels.
  private mutating func matched() -> String {
    let operation = pick("+", "-", "*", "/", "%", "==", "!=", ">", "<= bool")
    return "\(pick("g", "c_total", "rate(c_total[5m])")) \(operation) "
      + pick("h", "g offset 1m", "on(job, instance) h", "ignoring(nothing) avg_over_time(h[5m])")
  }

  /// Many elements on one side, one for each job on the other.
  private mutating func joined() -> String {
    let operation = pick("+", "*", "/", "-")
    return roll(2) == 0
      ? "g \(operation) on(job) group_left \(pick("sum", "max")) by (job) (h)"
      : "avg by (job) (h) \(operation) on(job) group_right() (\(pick("g", "c_total")))"
  }

  private mutating func combined(_ depth: Int) -> String {
    let matching = pick("", "on(job) ", "ignoring(instance) ", "on(job, instance) ")
    return "(\(vector(depth - 1))) \(pick("and", "or", "unless")) \(matching)(\(vector(0)))"
  }

  private mutating func labelled(_ depth: Int) -> String {
    switch roll(4) {
    case 0: return "label_replace(\(vector(0)), \"new\", \"$1-x\", \"instance\", \"(.)\")"
    case 1: return "label_join(\(vector(0)), \"new\", \"/\", \"job\", \"instance\")"
    case 2: return "absent(\(metric())\(matchers()))"
    default: return "\(pick("sort", "sort_desc"))(\(vector(depth - 1)))"
    }
  }

  private mutating func buckets() -> String {
    "histogram_quantile(\(pick("0.5", "0.9", "0.99", "1")), "
      + "sum by (le\(pick("", ", job"))) (\(pick("b_bucket", "rate(b_bucket[5m])", "increase(b_bucket[10m])"))))"
  }
}
