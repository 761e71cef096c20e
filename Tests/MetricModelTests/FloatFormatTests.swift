import MetricModel
import TestSupport
import Testing

@Suite struct FloatFormatTests {
  @Test(arguments: [
    (0, "0", "0"), (1, "1", "1"), (-1.5, "-1.5", "-1.5"), (123_456, "123456", "123456"),
    (999_999, "999999", "999999"), (1e6, "1e+06", "1000000"),
    (1_234_567.5, "1.2345675e+06", "1234567.5"), (1e20, "1e+20", "100000000000000000000"),
    (1e21, "1e+21", "1e+21"), (0.0001, "0.0001", "0.0001"), (0.00001, "1e-05", "0.00001"),
    (0.000_001, "1e-06", "0.000001"), (0.000_000_1, "1e-07", "1e-07"),
    (Double.leastNonzeroMagnitude, "5e-324", "5e-324"),
    (1.797_693_134_862_315_7e308, "1.7976931348623157e+308", "1.7976931348623157e+308"),
    (Double.infinity, "+Inf", "+Inf"), (-Double.infinity, "-Inf", "-Inf"),
    (Double.nan, "NaN", "NaN"),
    (1_758_000_000.123, "1.758000000123e+09", "1758000000.123"), (-0.0, "-0", "-0"),
    (1e15, "1e+15", "1000000000000000"), (100, "100", "100"),
    (0.1 + 0.2, "0.30000000000000004", "0.30000000000000004"),
  ])
  func numbersAreWrittenAsPrometheusDoes(value: Double, exposition: String, api: String) {
    #expect(FloatFormat.string(value) == exposition)
    #expect(FloatFormat.string(value, style: .api) == api)
  }

  @Test(arguments: [(1e24, "1000000000000000000000000"), (2.5e-8, "0.000000025"), (100, "100")])
  func plainStyleHasNoExponent(value: Double, text: String) {
    #expect(FloatFormat.string(value, style: .plain) == text)
  }

  @Test(arguments: [(1e20, "100000000000000000000"), (1e21, "1e+21"), (1e-5, "1e-05")])
  func templateStyleIsGosPercentV(value: Double, text: String) {
    #expect(FloatFormat.string(value, style: .template) == text)
  }

  @Test func everyTextReadsBackToTheSameNumber() {
    var generator = RepeatableRandom(seed: 1)
    for _ in 0..<20_000 {
      let value = Double(bitPattern: generator.next())
      guard value.isFinite else { continue }
      for style in [FloatFormat.Style.exposition, .template, .api, .plain] {
        let text = FloatFormat.string(value, style: style)
        #expect(Double(text) == value, "\(text) of \(value.bitPattern)")
      }
    }
  }

  @Test func wholeNumbersAreWrittenAsTheStandardLibraryDoes() {
    var generator = RepeatableRandom(seed: 1)
    let edges: [Int64] = [
      0, 9, 10, 99_999_999, 100_000_000, 100_000_001, 9_999_999_999_999_999, 10_000_000_000_000_000,
      .max, .min, -1,
    ]
    let random = (0..<5000).map { _ in
      Int64.random(in: .min ... .max, using: &generator)
        >> Int64.random(in: 0..<64, using: &generator)
    }
    for value in edges + random {
      var bytes = Array("x".utf8)
      FloatFormat.appendInteger(value, to: &bytes)
      #expect(String(decoding: bytes, as: UTF8.self) == "x\(value)")
    }
  }

  /// Numbers between those that are written whole and those that need an exponent: `150.5`,
  /// `0.00025`.
  @Test func fractionsReadBackAndHaveNoExponent() {
    var generator = RepeatableRandom(seed: 1)
    for _ in 0..<5000 {
      let size = Double.random(in: -4..<15, using: &generator)
      let value =
        -Double.random(in: 1..<10, using: &generator)
        * Double(sign: .plus, exponent: Int(size * 3.3), significand: 1)
      for style in [FloatFormat.Style.template, .api, .plain] where value.magnitude >= 1e-4 {
        let text = FloatFormat.string(value, style: style)
        #expect(Double(text) == value && !text.contains("e"), "\(text)")
      }
    }
  }

  /// The standard library also has the shortest and nearest digits; only the format differs.
  @Test func digitsAreThoseOfTheStandardLibrary() {
    var generator = RepeatableRandom(seed: 1)
    let powers = (-1074...1023).map { Double(sign: .plus, exponent: $0, significand: 1) }
    let edges = powers + powers.flatMap { [$0.nextUp, $0.nextDown, 3 * $0] }
    let decimals = (0..<50_000).map { Double($0 * 7919) / [1, 10, 1000, 1e6, 1e22][$0 % 5] }
    let ratios = (1...50_000).map { 1 / Double($0) }
    let random = (0..<200_000).map { _ in Double(bitPattern: generator.next()) }
    for value in edges + decimals + ratios + random where value.isFinite {
      let text = FloatFormat.string(value)
      if digits(text) != digits(value.description) {
        Issue.record("\(text) instead of \(value)")
      }
    }
  }

  /// The digits from the first to the last that is not zero.
  private func digits(_ text: String) -> Substring {
    let all = text.prefix { $0 != "e" }.filter(\.isNumber).drop { $0 == "0" }
    return all.prefix(all.count - all.reversed().prefix { $0 == "0" }.count)
  }
}
