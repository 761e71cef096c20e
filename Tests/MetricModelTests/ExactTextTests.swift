import Testing

@testable import MetricModel

/// Texts are compared by their bytes, not by canonical equivalence.
struct ExactTextTests {
  @Test(arguments: [
    ("a", "a", true), ("", "", true), ("a", "b", false), ("a", "ab", false),
    ("caf\u{e9}", "caf\u{e9}", true), ("caf\u{e9}", "cafe\u{301}", false),
    ("K", "\u{212a}", false), (";", "\u{37e}", false),
    ("a\u{323}\u{307}", "a\u{307}\u{323}", false), ("\u{1f600}", "\u{1f600}", true),
  ])
  func textsWithTheSameBytesAreTheSame(left: String, right: String, isSame: Bool) throws {
    #expect(left.isExactly(right) == isSame)
    #expect((ExactText(left) == ExactText(right)) == isSame)
    #expect(Set([ExactText(left), ExactText(right)]).count == (isSame ? 1 : 2))
    #expect((Label(name: left, value: "v") == Label(name: right, value: "v")) == isSame)
    #expect(
      Set([Label(name: "n", value: left), Label(name: "n", value: right)]).count == (isSame ? 1 : 2)
    )
    #expect(
      Set([LabelMatcher("n", equals: left), LabelMatcher("n", equals: right)]).count
        == (isSame ? 1 : 2))
    #expect(try LabelMatcher("n", .notEqual, left).matches(right) != isSame)
    if isSame || left.isEmpty || right.isEmpty { return }
    let labels = Labels([(left, "1"), (right, "2")])
    #expect(labels.count == 2 && labels[left] == "1" && labels[right] == "2")
  }

  @Test func theOrderIsThatOfBytes() {
    let texts = ["z", "\u{e9}", "e\u{301}", "e", ""].map(ExactText.init)
    #expect(
      texts.sorted().map(\.string).map { Array($0.utf8) } == [
        [], Array("e".utf8), Array("e\u{301}".utf8), Array("z".utf8), Array("\u{e9}".utf8),
      ])
  }
}
