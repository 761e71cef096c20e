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
    } else {
      // What the addition lost, exactly, whichever of the two is larger: no branch on the values.
      let part = total - sum
      correction += (sum - (total - part)) + (value - part)
    }
    sum = total
  }

  /// The corrected sum.
  @inline(__always)
  var value: Double { sum + correction }
}
