/// A sum with Neumaier's compensation: 1, 1e100, 1, -1e100 sum to 2.
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
    } else {
      // The rounding error of the addition, exactly, whichever operand is larger, without a branch
      // on the values.
      let part = total - sum
      correction += (sum - (total - part)) + (value - part)
    }
    sum = total
  }

  /// The compensated sum.
  @inline(__always)
  var value: Double { sum + correction }
}
