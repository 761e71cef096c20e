/// Predicts the next decimal number of a series from the previous ones, identically when encoding
/// and decoding.
///
/// Counters continue with their last slope, gauges stay near their last value; the better of the
/// two predictions so far is used.
struct LinearPredictor: Sendable {
  /// The last value times the power of ten.
  private(set) var number: Int64 = 0
  /// The last difference.
  private var slope: Int64 = 0
  /// The power of ten that makes the values integers.
  private(set) var exponent: UInt8 = 0
  /// The bit width that was last written with a difference; 0 before the first.
  var width: UInt8 = 0
  /// Positive if extrapolation has been the better prediction.
  private var trend: Int8 = 0

  /// The highest power of ten that is tried.
  static let highestExponent: UInt8 = 9

  private static let powers: [10 of Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]
  private static let wholePowers: [10 of Int64] = [
    1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
  ]

  /// The predicted next number.
  @inline(__always)
  var expected: Int64 { trend > 0 ? number &+ slope : number }

  /// The value of the last number.
  @inline(__always)
  var value: Double { value(of: number) }

  /// Advances to the next number.
  @inline(__always)
  mutating func move(to next: Int64, isFirst: Bool) {
    let change = next &- number
    number = next
    if isFirst { return }
    let pointed = (change &- slope).magnitude
    if pointed < change.magnitude {
      trend = min(trend + 1, 4)
    } else if pointed > change.magnitude {
      trend = max(trend - 1, -4)
    }
    slope = change
  }

  /// Advances by at least one number, all of them as predicted, and returns the difference between
  /// them.
  @inline(__always)
  mutating func run(_ count: Int) -> Int64 {
    if trend > 0 {
      number &+= slope &* Int64(truncatingIfNeeded: count)
      if slope != 0 { trend = Int8(truncatingIfNeeded: min(Int(trend) + count, 4)) }
      return slope
    }
    if slope != 0 { trend = max(trend - 1, -4) }
    slope = 0
    return 0
  }

  /// The value of a number.
  @inline(__always)
  func value(of number: Int64) -> Double { Self.value(of: number, exponent: exponent) }

  /// The value of a number over a power of ten.
  @inline(__always)
  static func value(of number: Int64, exponent: UInt8) -> Double {
    exponent == 0 ? Double(number) : Double(number) / powers[Int(exponent)]
  }

  /// Switches to a higher power of ten; returns `false` if it is not higher.
  mutating func rescale(to higher: UInt8) -> Bool {
    guard higher > exponent, higher <= Self.highestExponent else { return false }
    let factor = Self.wholePowers[Int(higher - exponent)]
    // Wrapping: a prediction that is far off is as good as any other.
    number &*= factor
    slope &*= factor
    exponent = higher
    return true
  }

  /// A value times a power of ten, if dividing gives back the same bits.
  @inline(__always)
  static func number(_ value: UInt64, exponent: UInt8) -> Int64? {
    if exponent == 0 {
      // Equivalent to the code below without its division, which takes longer than the rest of a
      // sample.
      let whole = Double(bitPattern: value)
      guard abs(whole) < 0x1p53 else { return nil }
      let number = Int64(whole)
      return Double(number).bitPattern == value ? number : nil
    }
    let power = powers[Int(exponent)]
    let scaled = Double(bitPattern: value) * power
    // False for NaN as well.
    guard abs(scaled) < 0x1p53 else { return nil }
    let number = Int64(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
    return (Double(number) / power).bitPattern == value ? number : nil
  }
}

/// The code that follows the mark 111: a value that is not an integer at the current power of ten.
enum EscapeCode {
  /// Codes up to nine are a new exponent; the number follows.
  static let verbatim: UInt64 = 14
  /// This value and all later ones are XOR-coded.
  static let differences: UInt64 = 15
}
