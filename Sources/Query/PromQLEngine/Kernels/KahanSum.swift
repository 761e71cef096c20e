/// A sum with the Neumaier correction: 1, 1e100, 1, -1e100 make 2 (rule 26).
struct KahanSum {
  /// The plain sum.
  private(set) var sum = 0.0
  /// What rounding has lost.
  private(set) var correction = 0.0

  init() {}

  init(sum: Double, correction: Double) {
    self.sum = sum
    self.correction = correction
  }

  @inline(__always)
  mutating func add(_ value: Double) {
    let total = sum + value
    if total.isInfinite {
      correction = 0
    } else if sum.magnitude >= value.magnitude {
      correction += (sum - total) + value
    } else {
      correction += (value - total) + sum
    }
    sum = total
  }

  /// The corrected sum.
  @inline(__always)
  var value: Double { sum + correction }
}
