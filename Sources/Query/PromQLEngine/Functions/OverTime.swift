import PromQLSyntax
import StorageAPI

extension FunctionTable {
  /// Functions of all samples of a window.
  static let overTime: [Function] = [
    .overTime("sum_over_time") { SumAccumulator.aggregate($0.values, $1.low..<$1.high) },
    .overTime("avg_over_time") { AverageAccumulator.aggregate($0.values, $1.low..<$1.high) },
    .overTime("min_over_time") { MinimumAccumulator.aggregate($0.values, $1.low..<$1.high) },
    .overTime("max_over_time") { MaximumAccumulator.aggregate($0.values, $1.low..<$1.high) },
    .overTime("stddev_over_time") { DeviationAccumulator.aggregate($0.values, $1.low..<$1.high) },
    .overTime("stdvar_over_time") { VarianceAccumulator.aggregate($0.values, $1.low..<$1.high) },
    .overTime("count_over_time") { Double($1.count) },
    .overTime("present_over_time") { (_, _) in 1 },
    .overTime("first_over_time", retainsName: true) { $0.values[$1.low] },
    .overTime("last_over_time", retainsName: true) { $0.values[$1.high - 1] },
    .overTime("mad_over_time") { medianDeviation($0.values[$1.low..<$1.high]) },
    .overTime("ts_of_first_over_time") { Double($0.timestamps[$1.low]) / 1000 },
    .overTime("ts_of_last_over_time") { Double($0.timestamps[$1.high - 1]) / 1000 },
    .overTime("ts_of_min_over_time") { timeOfExtreme($0, $1) { $0 <= $1 } },
    .overTime("ts_of_max_over_time") { timeOfExtreme($0, $1) { $0 >= $1 } },
    .overTime("changes") { changes($0.values, $1) },
    .overTime("resets") { resets($0, $1) },
    .overTime("deriv") { columns, window in
      guard window.count > 1 else { return absentValue }
      return LinearRegression(columns, window, from: columns.timestamps[window.low]).slope
    },
    Function(
      signature: FunctionSignature("predict_linear", [.matrix, .scalar]),
      evaluation: .overTime(retainsName: false) { (call) throws(QueryError) in
        let ahead = call.parameters[0]
        return PlainKernel { columns, window in
          guard window.count > 1 else { return absentValue }
          let line = LinearRegression(columns, window, from: window.evaluation)
          return line.slope * ahead[window.step] + line.intercept
        }
      }),
    Function(
      signature: FunctionSignature("quantile_over_time", [.scalar, .matrix]),
      evaluation: .overTime(retainsName: false) { (call) throws(QueryError) in
        let parameter = call.parameters[0]
        // Reported once, and only if there is something to which it matters.
        var reported: Set<UInt64> = []
        return PlainKernel { columns, window in
          let level = parameter[window.step]
          if !(level >= 0 && level <= 1), reported.insert(level.bitPattern).inserted {
            call.planner.warnUnlessQuantile(
              level, at: call.node.arguments[0].range, of: call.node.range)
          }
          var values = Array(columns.values[window.low..<window.high])
          return quantile(level, of: &values)
        }
      }),
    smoothing("double_exponential_smoothing"),
  ]

  private static func smoothing(_ name: String) -> Function {
    Function(
      signature: FunctionSignature(name, [.matrix, .scalar, .scalar]),
      evaluation: .overTime(retainsName: false) { (call) throws(QueryError) in
        let (smoothing, trend) = (call.parameters[0], call.parameters[1])
        for (values, word) in [(smoothing, "smoothing"), (trend, "trend")] {
          if let bad = values.first(where: { !($0 > 0 && $0 < 1) }) {
            let short = word == "trend" ? "tf" : "sf"
            throw .failed(
              "invalid \(word) factor. Expected: 0 < \(short) < 1, got: \(bad)",
              at: call.node.range)
          }
        }
        return PlainKernel { columns, window in
          doubleExponentialSmoothing(
            columns.values, window, smoothing[window.step], trend[window.step])
        }
      })
  }

  private static func medianDeviation(_ window: ArraySlice<Double>) -> Double {
    if window.contains(where: \.isNaN) { return .nan }
    var values = Array(window)
    let median = quantile(0.5, of: &values)
    var deviations = window.map { ($0 - median).magnitude }
    return quantile(0.5, of: &deviations)
  }

  /// The time of the last sample with the extreme value; NaN only counts if there is nothing else.
  private static func timeOfExtreme(
    _ columns: SampleColumns, _ window: SampleWindow, _ wins: (Double, Double) -> Bool
  ) -> Double {
    var best = window.low
    for index in window.low..<window.high
    where wins(columns.values[index], columns.values[best]) || columns.values[best].isNaN {
      best = index
    }
    return Double(columns.timestamps[best]) / 1000
  }

  private static func changes(_ values: [Double], _ window: SampleWindow) -> Double {
    var count = 0
    for index in window.low..<(window.high - 1) {
      let (before, after) = (values[index], values[index + 1])
      if before != after, !(before.isNaN && after.isNaN) { count += 1 }
    }
    return Double(count)
  }

  private static func resets(_ columns: SampleColumns, _ window: SampleWindow) -> Double {
    var count = 0
    for index in (window.low + 1)..<max(window.high, window.low + 1) where columns.isReset(index) {
      count += 1
    }
    return Double(count)
  }

  private static func doubleExponentialSmoothing(
    _ values: [Double], _ window: SampleWindow, _ smoothing: Double, _ trendFactor: Double
  ) -> Double {
    guard window.count > 1 else { return absentValue }
    var before = 0.0
    var level = values[window.low]
    var trend = values[window.low + 1] - values[window.low]
    for index in (window.low + 1)..<window.high {
      if index > window.low + 1 {
        trend = trendFactor * (level - before) + (1 - trendFactor) * trend
      }
      let next = smoothing * values[index] + (1 - smoothing) * (level + trend)
      before = level
      level = next
    }
    return level
  }
}
