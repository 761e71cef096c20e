import TestSupport
import Testing

@testable import ExpositionFormat

struct DecimalNumberTests {
  /// Parses a number at the end of a page and before further lines, which must not matter.
  private func read(_ text: String) -> Double? {
    let alone = read(text, before: "")
    let followed = read(text, before: "\nanother_line 12345678\n")
    #expect(alone?.bitPattern == followed?.bitPattern, "\(text)")
    return followed
  }

  private func read(_ text: String, before rest: String) -> Double? {
    let bytes = Array((text + rest).utf8)
    guard let (value, end) = DecimalNumber.read(bytes.span, at: 0) else { return nil }
    #expect(end == text.utf8.count)
    return value
  }

  @Test(arguments: [
    "0", "-0", "1", "+1", "007", "1.", ".5", "1.5", "1e3", "1E+3", "1e-3", "9007199254740993",
    "0.1", "123456789.123456789", "1.7976931348623157e308", "4.9406564584124654e-324", "1e-400",
    "2.2250738585072011e-308", "1.00000000000000000000000000000000001", "18446744073709551616",
    "0.000000000000000000000000000000000000001", "1234567890123456789012345678901234567890e-30",
    "-1.5e+06", "1E3", "-0.0", "-.5e2", "1e100", "1e-22", "1e-23", "000000000000000000001",
    "123456789012345678", "1234567890123456789", "12345678901234567890", "9007199254740992.5",
    "1e22", "1e23", "8.5e22", "9007199254740992e22",
  ])
  func readsExactly(text: String) {
    #expect(read(text)?.bitPattern == Double(text)?.bitPattern)
  }

  @Test func readsInfinitiesInAnyCase() {
    for text in ["Inf", "+Inf", "inf", "+infinity", "INF"] { #expect(read(text) == .infinity) }
    for text in ["-Inf", "-inf", "-Infinity"] { #expect(read(text) == -.infinity) }
    for text in ["NaN", "nan", "NAN"] { #expect(read(text)?.bitPattern == Double.nan.bitPattern) }
  }

  @Test(arguments: [
    "", "+", "-", ".", "e5", "1e", "1e+", "--1", "1-", "0x1", "1_0", "in", "infin", "nano",
    "infinityy", "1f", "1e309", "1,5",
  ])
  func refusesWhatIsNoNumber(text: String) { #expect(read(text) == nil) }

  @Test func readsShortNumbersOfEveryLengthExactly() {
    var generator = RepeatableRandom(seed: 0x5107)
    func digits(_ count: Int) -> String {
      (0..<count).map { _ in String(generator.next() % 10) }.joined()
    }
    for _ in 0..<20 {
      for whole in 1...10 {
        let text = digits(whole)
        #expect(read(text) == Double(text), "\(text)")
        for fraction in 1...10 {
          let text = digits(whole) + "." + digits(fraction)
          #expect(read(text) == Double(text), "\(text)")
        }
      }
    }
  }

  @Test func readsBackRandomNumbersExactly() {
    var generator = RepeatableRandom(seed: 0x7c5)
    for _ in 0..<20_000 {
      let value = Double(bitPattern: generator.next())
      guard value.isFinite else { continue }
      #expect(read("\(value)")?.bitPattern == value.bitPattern)
      let short = (value * 1000).rounded() / 1000
      #expect(!short.isFinite || read("\(short)") == short)
    }
  }
}
