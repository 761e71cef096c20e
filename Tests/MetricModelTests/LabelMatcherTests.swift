import MetricModel
import Testing

@Suite struct LabelMatcherTests {
  @Test(arguments: [
    (LabelMatcher.Operation.equal, "a", "a", true), (.equal, "", "", true),
    (.notEqual, "a", "b", true),
    (.matches, "a.*", "abc", true), (.matches, "b", "abc", false), (.matches, "a.c", "a\nc", true),
    (.notMatches, "a|b", "ab", true), (.matches, "", "", true), (.matches, "a|", "", true),
  ])
  func rule29_matchersAreAnchored(
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
}
