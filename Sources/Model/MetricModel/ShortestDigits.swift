/// The fewest decimal digits that read back to the same finite number: `0.d1d2d3... * 10^(exponent + 1)`.
///
/// The digits come from the standard library's printer (SwiftDtoa); only their arrangement is ours.
struct ShortestDigits {
  /// Digits 0...9, without leading or trailing zeros; a single 0 for zero.
  private var digits: [17 of UInt8] = .init(repeating: 0)
  private var count = 0
  /// The decimal exponent of the first digit: 0 for 1.5, 3 for 1500, -1 for 0.15.
  private(set) var exponent = 0

  init(_ value: Double) {
    var pointPosition: Int?
    var seen = 0
    var leadingZeros = 0
    var trailingZeros = 0
    var written = value.magnitude.description.utf8[...]
    while let byte = written.first, byte != UInt8(ascii: "e") {
      written = written.dropFirst()
      guard byte != UInt8(ascii: ".") else {
        pointPosition = seen
        continue
      }
      seen += 1
      append(byte - UInt8(ascii: "0"), leadingZeros: &leadingZeros, trailingZeros: &trailingZeros)
    }
    exponent = (pointPosition ?? seen) - leadingZeros - 1
    if written.first == UInt8(ascii: "e") {
      exponent += Int(String(Substring(written.dropFirst()))) ?? 0
    }
    if count == 0 {
      count = 1
      exponent = 0
    }
  }

  private mutating func append(
    _ digit: UInt8, leadingZeros: inout Int, trailingZeros: inout Int
  ) {
    if digit == 0 {
      if count == 0 { leadingZeros += 1 } else { trailingZeros += 1 }
      return
    }
    count += trailingZeros
    trailingZeros = 0
    guard count < 17 else { return }
    digits[count] = digit
    count += 1
  }

  /// Writes `1500`, `1.5` or `0.0015`.
  func appendPlain(to bytes: inout [UInt8]) {
    if exponent < 0 {
      bytes.append(UInt8(ascii: "0"))
      bytes.append(UInt8(ascii: "."))
      for _ in 0..<(-exponent - 1) { bytes.append(UInt8(ascii: "0")) }
    }
    for place in 0..<max(count, exponent + 1) {
      if place == exponent + 1, exponent >= 0 { bytes.append(UInt8(ascii: ".")) }
      bytes.append(UInt8(ascii: "0") + (place < count ? digits[place] : 0))
    }
  }

  /// Writes `1.5e+06`, the exponent with at least two digits.
  func appendScientific(to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "0") + digits[0])
    if count > 1 { bytes.append(UInt8(ascii: ".")) }
    for place in 1..<max(count, 1) { bytes.append(UInt8(ascii: "0") + digits[place]) }
    bytes.append(UInt8(ascii: "e"))
    bytes.append(exponent < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
    if exponent.magnitude < 10 { bytes.append(UInt8(ascii: "0")) }
    FloatFormat.appendInteger(Int64(exponent.magnitude), to: &bytes)
  }
}
