/// The shortest decimal number, `digits * 10^exponent`, that parses to a finite number, and the
/// nearest one of that length.
///
/// This is Raffaello Giulietti's algorithm Schubfach: the interval of the decimals that parse to
/// the number is scaled by a power of ten, known to 128 bits, so that it contains one or two
/// decimals of the right length.
///
/// - Complexity: O(1), about 10 ns.
struct ShortestDecimal {
  /// Up to 17 digits; the last one is not zero unless the number is.
  private(set) var digits: UInt64
  /// The decimal exponent of the last digit.
  private(set) var exponent: Int

  /// Computes the decimal of the magnitude of a number.
  init(_ value: Double) {
    let fraction = value.significandBitPattern
    let biased = Int(value.exponentBitPattern)
    let significand = biased == 0 ? fraction : fraction | 1 << 52
    let power = max(biased, 1) - 1075
    if (-52...0).contains(power), significand.trailingZeroBitCount >= -power {
      (digits, exponent) = (significand >> UInt64(-power), 0)
      dropZeros()
      return
    }
    // Below a power of two the neighbour is only half as far away.
    let isLowerNearer = fraction == 0 && biased > 1
    exponent = (power * 1_262_611 - (isLowerNearer ? 524_031 : 0)) >> 22
    let ten = PowerOfTen.table[PowerOfTen.largest + exponent]
    let shift = UInt64(power + (-exponent * 1_741_647) >> 19 + 1)
    // In quarters, so that the boundaries between neighbours are whole numbers.
    let lower = ten.scaled((4 &* significand &- (isLowerNearer ? 1 : 2)) << shift)
    let middle = ten.scaled((4 &* significand) << shift)
    let upper = ten.scaled((4 &* significand &+ 2) << shift)
    // A boundary parses to the even one of its two neighbours.
    let isOdd = significand & 1
    let (low, high) = (lower &+ isOdd, upper &- isOdd)
    let whole = middle >> 2
    let tenth = whole / 10
    let (fits, nextFits) = (low <= 40 &* tenth, 40 &* tenth &+ 40 <= high)
    if whole >= 10, fits != nextFits {
      digits = tenth &+ (nextFits ? 1 : 0)
      exponent += 1
      dropZeros()
      return
    }
    let (wholeFits, ceilingFits) = (low <= 4 &* whole, 4 &* whole &+ 4 <= high)
    let half = 4 &* whole &+ 2
    let isNearerAbove = middle > half || middle == half && whole & 1 == 1
    let roundsUp = wholeFits == ceilingFits ? isNearerAbove : ceilingFits
    digits = whole &+ (roundsUp ? 1 : 0)
  }

  private mutating func dropZeros() {
    guard digits != 0 else { return }
    while drop(8, 100_000_000) {}
    _ = drop(4, 10_000)
    _ = drop(2, 100)
    _ = drop(1, 10)
  }

  @inline(__always)
  private mutating func drop(_ zeros: Int, _ divisor: UInt64) -> Bool {
    guard digits % divisor == 0 else { return false }
    digits /= divisor
    exponent += zeros
    return true
  }
}

/// The first 128 bits of a power of ten, rounded up.
private struct PowerOfTen {
  private let high: UInt64
  private let low: UInt64

  init(rounded bits: UInt128) {
    high = UInt64(truncatingIfNeeded: bits >> 64)
    low = UInt64(truncatingIfNeeded: bits)
  }

  /// The product without its last 128 bits; its lowest bit is set if any of those are not zero.
  @inline(__always)
  func scaled(_ factor: UInt64) -> UInt64 {
    let carried = low.multipliedFullWidth(by: factor).high
    let product = high.multipliedFullWidth(by: factor)
    let (rest, overflow) = product.low.addingReportingOverflow(carried)
    return (product.high &+ (overflow ? 1 : 0)) | (rest > 1 ? 1 : 0)
  }

  static let smallest = -292
  static let largest = 324

  /// The powers from the largest to the smallest, computed exactly, which takes about 100 µs once.
  static let table: [PowerOfTen] = {
    var powers: [PowerOfTen] = []
    var number = LongNumber(1)
    for _ in 0...largest {
      powers.append(number.leading)
      number.multiplyByTen()
    }
    powers.reverse()
    number = LongNumber(powerOfTwo: 1200)
    for _ in smallest...(-1) {
      number.divideByTen()
      powers.append(number.leading)
    }
    return powers
  }()
}

/// An unsigned integer of any size, with only the operations that the table of powers needs.
private struct LongNumber {
  /// The words, least significant first; the last one is not zero.
  private var words: [UInt32]

  init(_ value: UInt32) { words = [value] }

  init(powerOfTwo: Int) {
    words = [UInt32](repeating: 0, count: powerOfTwo / 32) + [1 << (powerOfTwo % 32)]
  }

  mutating func multiplyByTen() {
    var carry: UInt64 = 0
    for place in words.indices {
      carry += UInt64(words[place]) * 10
      words[place] = UInt32(truncatingIfNeeded: carry)
      carry >>= 32
    }
    if carry > 0 { words.append(UInt32(carry)) }
  }

  mutating func divideByTen() {
    var rest: UInt64 = 0
    for place in words.indices.reversed() {
      rest = rest << 32 | UInt64(words[place])
      words[place] = UInt32(rest / 10)
      rest %= 10
    }
    if words.last == 0 { words.removeLast() }
  }

  /// The leading 128 bits, rounded up.
  var leading: PowerOfTen {
    let padded = [UInt32](repeating: 0, count: 5) + words
    let first = padded.suffix(4).reversed().reduce(UInt128(0)) { $0 << 32 | UInt128($1) }
    let next = padded[padded.count - 5]
    let shift = first.leadingZeroBitCount
    let bits = first << shift | UInt128(next) >> (32 - shift)
    let isExact = next << shift == 0 && words.dropLast(5).allSatisfy { $0 == 0 }
    return PowerOfTen(rounded: bits + (isExact ? 0 : 1))
  }
}
