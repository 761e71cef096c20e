import MetricModel
import Testing

@Suite struct LabelMatcherTests {
  @Test(arguments: [
    (LabelMatcher.Operation.equal, "a", "a", true), (.equal, "", "", true),
    (.notEqual, "a", "b", true),
    (.matches, "a.*", "abc", true), (.matches, "b", "abc", false), (.matches, "a.c", "a\nc", true),
    (.notMatches, "a|b", "ab", true), (.matches, "", "", true), (.matches, "a|", "", true),
  ])
  func matchersAreAnchored(
    operation: LabelMatcher.Operation, pattern: String, value: String, matches: Bool
  ) throws {
    #expect(try LabelMatcher("x", operation, pattern).matches(value) == matches)
  }

  @Test func aBadExpressionIsRefusedWithItsText() {
    #expect(throws: (any Error).self) { try LabelMatcher("x", .matches, "a(") }
  }

  @Test func aMissingLabelIsEmpty() throws {
    #expect(try LabelMatcher("zone", .notEqual, "b").matches(["a": "1"]))
    #expect(LabelMatcher("zone", equals: "").matchesEmpty)
  }

  /// A letter with its accent as one code point and as two are different texts to Prometheus.
  @Test func valuesAreComparedAsBytes() throws {
    let (one, two) = ("\u{e9}", "e\u{301}")
    #expect(!LabelMatcher("x", equals: one).matches(two))
    #expect(LabelMatcher("x", equals: two).matches(two))
    #expect(try LabelMatcher("x", .notEqual, one).matches(two))
    #expect(LabelMatcher("x", equals: one) != LabelMatcher("x", equals: two))
  }

  /// Source: `NewMatcher` of Alertmanager's package labels, and `NewFastRegexMatcher` of
  /// Prometheus'.
  @Test func thoseOfAlertmanagerDifferInDots() throws {
    #expect(try LabelMatcher("x", .matches, "a.b").matches("a\nb"))
    #expect(try !LabelMatcher("x", .matches, "a.b", of: .alertmanager).matches("a\nb"))
    #expect(try LabelMatcher("x", .matches, "(?s)a.b", of: .alertmanager).matches("a\nb"))
    #expect(throws: (any Error).self) { try LabelMatcher("x", .matches, "a)|(b") }
    #expect(try LabelMatcher("x", .matches, "a)|(b", of: .alertmanager).matches("a"))
  }
}
