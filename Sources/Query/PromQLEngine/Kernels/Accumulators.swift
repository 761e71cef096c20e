/// Aggregates any number of values into one: over the series of a group, or over the samples of a
/// window.
protocol Accumulator {
  init()
  /// Adds one value.
  mutating func add(_ value: Double)
  /// The result; `absentValue` before the first value.
  var result: Double { get }
}

extension Accumulator {
  /// The result for a range of a column.
  @inline(__always)
  static func aggregate(_ values: [Double], _ range: Range<Int>) -> Double {
    var accumulator = Self()
    for index in range { accumulator.add(values[index]) }
    return accumulator.result
  }
}

struct SumAccumulator: Accumulator {
  private var sum = KahanSum()
  private var isPresent = false

  mutating func add(_ value: Double) {
    sum.add(value)
    isPresent = true
  }

  var result: Double { isPresent ? sum.value : absentValue }
}

struct CountAccumulator: Accumulator {
  private var count = 0

  mutating func add(_ value: Double) { count += 1 }

  var result: Double { count == 0 ? absentValue : Double(count) }
}

/// `group` and `present_over_time`: 1 as soon as there is any value.
struct PresenceAccumulator: Accumulator {
  private var isPresent = false

  mutating func add(_ value: Double) { isPresent = true }

  var result: Double { isPresent ? 1 : absentValue }
}

/// A compensated sum divided by the count, until the sum would overflow; from then on a running
/// mean.
struct AverageAccumulator: Accumulator {
  private var sum = KahanSum()
  private var count = 0.0
  private var isRunningMean = false

  mutating func add(_ value: Double) {
    count += 1
    if !isRunningMean {
      var next = sum
      next.add(value)
      if count == 1 || !next.sum.isInfinite {
        sum = next
        return
      }
      isRunningMean = true
      sum = KahanSum(sum: sum.sum / (count - 1), correction: sum.correction / (count - 1))
    }
    let share = (count - 1) / count
    // The old mean takes the place of the sum, the new value's share is added to it.
    sum = KahanSum(sum: share * sum.sum, correction: share * sum.correction)
    sum.add(value / count)
  }

  /// The average of a range of a column; the running mean is only used for sums that are too large.
  static func aggregate(_ values: [Double], _ range: Range<Int>) -> Double {
    var sum = KahanSum()
    for index in range { sum.add(values[index]) }
    if range.isEmpty || !sum.sum.isFinite {
      var accumulator = Self()
      for index in range { accumulator.add(values[index]) }
      return accumulator.result
    }
    let count = Double(range.count)
    return sum.sum / count + sum.correction / count
  }

  var result: Double {
    if count == 0 { return absentValue }
    return isRunningMean ? sum.value : sum.sum / count + sum.correction / count
  }
}

/// Any number takes precedence over NaN.
struct MinimumAccumulator: Accumulator {
  private var least = absentValue

  mutating func add(_ value: Double) {
    // The absent value is a NaN, too.
    if value < least || least.isNaN { least = value }
  }

  var result: Double { least }
}

/// Any number takes precedence over NaN.
struct MaximumAccumulator: Accumulator {
  private var greatest = absentValue

  mutating func add(_ value: Double) {
    if value > greatest || greatest.isNaN { greatest = value }
  }

  var result: Double { greatest }
}

/// The population variance, by Welford's method with compensated sums.
struct VarianceAccumulator: Accumulator {
  private var count = 0.0
  private var mean = KahanSum()
  private var squares = KahanSum()

  mutating func add(_ value: Double) {
    count += 1
    let delta = value - mean.value
    mean.add(delta / count)
    squares.add(delta * (value - mean.value))
  }

  var result: Double { count == 0 ? absentValue : squares.value / count }
}

/// The population standard deviation.
struct DeviationAccumulator: Accumulator {
  private var variance = VarianceAccumulator()

  mutating func add(_ value: Double) { variance.add(value) }

  var result: Double {
    let square = variance.result
    return square.isPresent ? square.squareRoot() : square
  }
}
