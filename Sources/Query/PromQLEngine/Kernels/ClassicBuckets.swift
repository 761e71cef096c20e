/// The buckets of one classic histogram at one step: cumulative counts up to each bound.
struct ClassicBuckets {
  /// One bucket.
  struct Bucket {
    var upperBound: Double
    var count: Double
  }

  /// By bound, each once.
  private(set) var buckets: [Bucket] = []
  /// The counts that decreased by more than rounding explains and were raised; `nil` if there are
  /// none.
  private(set) var forced: ForcedBuckets?

  /// Sorts buckets and merges those with equal bounds.
  init(_ unsorted: [Bucket]) {
    for bucket in unsorted.sorted(by: { $0.upperBound < $1.upperBound }) {
      if let last = buckets.last, last.upperBound == bucket.upperBound {
        buckets[buckets.count - 1].count += bucket.count
      } else {
        buckets.append(bucket)
      }
    }
  }

  private mutating func raiseFallingCounts() {
    guard var previous = buckets.first?.count else { return }
    for index in buckets.indices.dropFirst() {
      let count = buckets[index].count
      if count == previous { continue }
      if Self.isRounding(previous, count) {
        buckets[index].count = previous
      } else if count < previous {
        buckets[index].count = previous
        let bound = buckets[index].upperBound
        let fall = ForcedBuckets(bounds: bound...bound, difference: previous - count)
        forced = forced?.joined(with: fall) ?? fall
      } else {
        previous = count
      }
    }
  }

  /// Whether two counts differ by no more than rounding errors.
  private static func isRounding(_ left: Double, _ right: Double) -> Bool {
    let sum = left.magnitude + right.magnitude
    let difference = (left - right).magnitude
    if sum == 0 || sum < .leastNormalMagnitude { return difference < 1e-12 * .leastNormalMagnitude }
    return difference / min(sum, .greatestFiniteMagnitude) < 1e-12
  }

  private var isComplete: Bool { buckets.last?.upperBound == .infinity }

  /// The value below which a fraction of the observations lies; decreasing counts are raised first.
  mutating func quantile(_ q: Double) -> Double {
    if q.isNaN { return .nan }
    if q < 0 { return -.infinity }
    if q > 1 { return .infinity }
    guard isComplete else { return .nan }
    raiseFallingCounts()
    guard buckets.count > 1, let total = buckets.last?.count, total != 0,
      !total.isNaN
    else { return .nan }
    let rank = q * total
    let index = buckets.dropLast().firstIndex { $0.count >= rank } ?? buckets.count - 1
    if index == buckets.count - 1 { return buckets[index - 1].upperBound }
    let bucket = buckets[index]
    guard index > 0 else {
      return bucket.upperBound <= 0 ? bucket.upperBound : bucket.upperBound * (rank / bucket.count)
    }
    let below = buckets[index - 1]
    let share = (rank - below.count) / (bucket.count - below.count)
    return below.upperBound + (bucket.upperBound - below.upperBound) * share
  }

  /// The fraction of the observations between two values.
  func fraction(from lower: Double, to upper: Double) -> Double {
    guard isComplete, let total = buckets.last?.count, total != 0, !total.isNaN, !lower.isNaN,
      !upper.isNaN
    else { return .nan }
    return lower >= upper ? 0 : (rank(of: upper) - rank(of: lower)) / total
  }

  /// The number of observations below a value, interpolated inside its bucket.
  private func rank(of value: Double) -> Double {
    var below = 0.0
    var lowerBound = (buckets.first?.upperBound ?? 0) > 0 ? 0 : -Double.infinity
    for bucket in buckets {
      if value <= lowerBound { return below }
      if value < bucket.upperBound {
        // Nothing is known about the distribution inside an open bucket.
        guard bucket.upperBound.isFinite else { return below }
        guard lowerBound.isFinite else { return bucket.count }
        let share = (value - lowerBound) / (bucket.upperBound - lowerBound)
        return below + (bucket.count - below) * share
      }
      below = bucket.count
      lowerBound = bucket.upperBound
    }
    return below
  }
}
