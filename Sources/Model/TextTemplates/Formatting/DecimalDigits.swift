/// The exact decimal digits of a finite number, and their rounding to fewer digits (ties to the
/// even digit, as in Go's `strconv`).
struct DecimalDigits {
  /// Digits from 0 to 9 without leading zeros; empty for zero.
  private(set) var digits: [UInt8]
  /// The position of the decimal point: the number is `0.digits * 10^point`.
  private(set) var point: Int

  /// Expands the magnitude of a finite number.
  init(_ value: Double) {
    let magnitude = value.magnitude
    guard magnitude > 0 else {
      digits = []
      point = 0
      return
    }
    // The number is `significand * 2^exponent` with a whole significand.
    let exponent = max(Int(magnitude.exponentBitPattern), 1) - 1075
    let significand =
      magnitude.significandBitPattern | (magnitude.isNormal ? 1 << 52 : 0)
    var number = WideNumber(significand)
    if exponent >= 0 {
      number.multiply(by: 2, times: exponent)
      digits = number.digits
      point = digits.count
    } else {
      // s / 2^n = s * 5^n / 10^n
      number.multiply(by: 5, times: -exponent)
      digits = number.digits
      point = digits.count + exponent
    }
    dropZeros()
  }

  /// Rounds to a number of digits after the decimal point.
  mutating func round(toPlaces places: Int) { round(toCount: point + places) }

  /// Rounds to a number of significant digits.
  mutating func round(toCount count: Int) {
    guard count < digits.count else { return }
    guard count >= 0 else {
      digits = []
      point = 0
      return
    }
    let isUp = roundsUp(at: count)
    digits.removeSubrange(count...)
    if isUp { increment() }
    dropZeros()
  }

  private func roundsUp(at count: Int) -> Bool {
    if digits[count] != 5 || digits.count > count + 1 { return digits[count] >= 5 }
    return count > 0 && digits[count - 1] % 2 == 1
  }

  private mutating func increment() {
    var index = digits.count - 1
    while index >= 0, digits[index] == 9 {
      digits.removeLast()
      index -= 1
    }
    if index >= 0 {
      digits[index] += 1
    } else {
      digits = [1]
      point += 1
    }
  }

  private mutating func dropZeros() {
    while digits.last == 0 { digits.removeLast() }
    if digits.isEmpty { point = 0 }
  }

  /// The digit at an index, counted from the most significant one; `0` outside.
  subscript(index: Int) -> Character {
    let digit = digits.indices.contains(index) ? digits[index] : 0
    return Character(Unicode.Scalar(UInt8(ascii: "0") + digit))
  }
}

/// An unsigned integer of any size, as limbs of base 10^9, least significant first.
private struct WideNumber {
  private var limbs: [UInt32] = []
  private static let base: UInt64 = 1_000_000_000

  init(_ value: UInt64) {
    var rest = value
    while rest > 0 {
      limbs.append(UInt32(rest % Self.base))
      rest /= Self.base
    }
  }

  /// Multiplies by `factor` to the power of `times`; several multiplications are combined into one.
  mutating func multiply(by factor: UInt64, times: Int) {
    let stride = factor == 2 ? 29 : 12
    var power: UInt64 = 1
    for _ in 0..<stride { power *= factor }
    for _ in 0..<(times / stride) { multiply(by: power) }
    power = 1
    for _ in 0..<(times % stride) { power *= factor }
    multiply(by: power)
  }

  private mutating func multiply(by factor: UInt64) {
    var carry: UInt64 = 0
    for index in limbs.indices {
      let product = UInt64(limbs[index]) * factor + carry
      limbs[index] = UInt32(product % Self.base)
      carry = product / Self.base
    }
    if carry > 0 { limbs.append(UInt32(carry)) }
  }

  /// The decimal digits, most significant first.
  var digits: [UInt8] {
    var result: [UInt8] = []
    for (index, limb) in limbs.reversed().enumerated() {
      let text = Array(String(limb).utf8)
      if index > 0 { result += [UInt8](repeating: 0, count: 9 - text.count) }
      result += text.map { $0 - UInt8(ascii: "0") }
    }
    return result
  }
}
