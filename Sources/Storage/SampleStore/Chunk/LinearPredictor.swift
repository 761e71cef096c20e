/// Where the decimal numbers of a series are expected next: the same at coding and at decoding, made of what came before.
///
/// Counters go on as they went, gauges stay about where they were; which of the two is nearer is counted along the way.
struct LinearPredictor: Sendable {
  /// The last value times the power of ten.
  private(set) var number: Int64 = 0
  /// The last change of it.
  private var slope: Int64 = 0
  /// The power of ten that makes the values whole numbers.
  private(set) var exponent: UInt8 = 0
  /// How many bits the difference takes that was told last with its width; 0 before the first.
  var width: UInt8 = 0
  /// Positive if numbers are nearer to where the last two point.
  private var trend: Int8 = 0

  /// The powers of ten that are tried.
  static let highestExponent: UInt8 = 9

  private static let powers: [10 of Double] = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]
  private static let wholePowers: [10 of Int64] = [
    1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
  ]

  /// Where the next number is expected.
  @inline(__always)
  var expected: Int64 { trend > 0 ? number &+ slope : number }

  /// The value of the last number.
  @inline(__always)
  var value: Double { value(of: number) }

  /// Goes on to the next number.
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

  /// Goes on by some numbers that are all as expected, at least one, and gives the distance between them.
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

  /// Takes a higher power of ten; false if it is none.
  mutating func rescale(to higher: UInt8) -> Bool {
    guard higher > exponent, higher <= Self.highestExponent else { return false }
    let factor = Self.wholePowers[Int(higher - exponent)]
    // Wrapping: expectations that are far off are as good as any other.
    number &*= factor
    slope &*= factor
    exponent = higher
    return true
  }

  /// A value times a power of ten, if it comes back from that bit by bit.
  @inline(__always)
  static func number(_ value: UInt64, exponent: UInt8) -> Int64? {
    if exponent == 0 {
      // As below, without a division, which takes longer than all the rest of a sample.
      let whole = Double(bitPattern: value)
      guard abs(whole) < 0x1p53 else { return nil }
      let number = Int64(whole)
      return Double(number).bitPattern == value ? number : nil
    }
    let power = powers[Int(exponent)]
    let scaled = Double(bitPattern: value) * power
    // Not true of a NaN either.
    guard abs(scaled) < 0x1p53 else { return nil }
    let number = Int64(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
    return (Double(number) / power).bitPattern == value ? number : nil
  }
}

/// What stands for a value that is no number of the track so far, behind the mark 111.
enum EscapeCode {
  /// Up to nine: the new exponent; the number follows.
  static let verbatim: UInt64 = 14
  /// This value and all later ones are coded by their difference in bits.
  static let differences: UInt64 = 15
}
