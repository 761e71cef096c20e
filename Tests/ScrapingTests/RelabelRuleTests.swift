import MetricModel
import Scraping
import Testing

struct RelabelRuleTests {
  private static let input: Labels = ["a": "foo", "b": "bar", "c": "baz"]

  /// A rule and its result for an input: the labels that differ, or nil if it drops the input.
  struct Case: Sendable {
    let rule: RelabelRule
    let output: Labels?

    init(_ rule: @autoclosure () throws -> RelabelRule, _ output: Labels?) {
      self.rule = (try? rule()) ?? Self.never
      self.output = output
    }

    private static var never: RelabelRule {
      get {
        guard let rule = try? RelabelRule(action: .drop) else { preconditionFailure() }
        return rule
      }
    }
  }

  @Test(arguments: [("caf\u{e9}", true), ("cafe\u{301}", false)])
  func rulesAreComparedByBytes(text: String, isSame: Bool) throws {
    let labels: Labels = ["a": "caf\u{e9}", "b": text]
    let equalityRule = try RelabelRule(action: .keepequal, sourceLabels: ["a"], targetLabel: "b")
    let drop = try RelabelRule(action: .dropequal, sourceLabels: ["a"], targetLabel: "b")
    #expect((equalityRule.apply(to: labels) != nil) == isSame)
    #expect((drop.apply(to: labels) == nil) == isSame)
    let rules = try ["caf\u{e9}", text].map { try RelabelRule(targetLabel: "b", replacement: $0) }
    #expect(Set(rules).count == (isSame ? 1 : 2))
  }

  static let cases: [Case] = [
    Case(
      try RelabelRule(
        sourceLabels: ["a"], targetLabel: "d", replacement: "ch${1}-ch${1}", regex: "f(.*)"),
      input.setting("d", "choo-choo")),
    Case(
      try RelabelRule(
        sourceLabels: ["a", "b"], targetLabel: "a", replacement: "b${1}${2}m$3",
        regex: "f(.*);(.*)r"
      ), input.setting("a", "boobam")),
    Case(try RelabelRule(sourceLabels: ["a"], targetLabel: "d", regex: "oo"), input),
    Case(try RelabelRule(sourceLabels: ["nope"], targetLabel: "a"), input.removing(["a"])),
    Case(try RelabelRule(targetLabel: "d", replacement: "fixed"), input.setting("d", "fixed")),
    Case(
      try RelabelRule(sourceLabels: ["a"], targetLabel: "${1}x", replacement: "v", regex: "(.)oo"),
      input.setting("fx", "v")),
    Case(
      try RelabelRule(
        sourceLabels: ["a"], separator: "", targetLabel: "d", replacement: "$$1-$name",
        regex: "(?P<name>.*)"), input.setting("d", "$1-foo")),
    Case(try RelabelRule(action: .drop, sourceLabels: ["a"], regex: ".*o.*"), nil),
    Case(try RelabelRule(action: .drop, sourceLabels: ["a"], regex: "o"), input),
    Case(try RelabelRule(action: .keep, sourceLabels: ["a"], regex: "fo+"), input),
    Case(try RelabelRule(action: .keep, sourceLabels: ["a"], regex: "no-match"), nil),
    // The example of Prometheus' documentation: md5("foo") mod 1000.
    Case(
      try RelabelRule(action: .hashmod, sourceLabels: ["c"], targetLabel: "d", modulus: 1000),
      input.setting("d", "976")),
    Case(
      try RelabelRule(action: .labelmap, replacement: "bar_${1}", regex: "(b|c)"),
      input.setting("bar_b", "bar").setting("bar_c", "baz")),
    Case(try RelabelRule(action: .labeldrop, regex: "(b.*)"), input.removing(["b"])),
    Case(try RelabelRule(action: .labelkeep, regex: "a|c"), input.removing(["b"])),
    Case(try RelabelRule(action: .keepequal, sourceLabels: ["a"], targetLabel: "b"), nil),
    Case(try RelabelRule(action: .keepequal, sourceLabels: ["a"], targetLabel: "a"), input),
    Case(try RelabelRule(action: .dropequal, sourceLabels: ["a"], targetLabel: "a"), nil),
    Case(try RelabelRule(action: .dropequal, sourceLabels: ["a"], targetLabel: "b"), input),
    Case(
      try RelabelRule(action: .uppercase, sourceLabels: ["a", "b"], targetLabel: "d"),
      input.setting("d", "FOO;BAR")),
    Case(
      try RelabelRule(
        action: .lowercase, sourceLabels: ["a"], targetLabel: "A"), input.setting("A", "foo")),
  ]

  @Test(arguments: cases.indices)
  func relabels(index: Int) {
    let test = Self.cases[index]
    #expect(test.rule.apply(to: Self.input) == test.output, "\(test.rule.action) #\(index)")
  }

  @Test func appliesRulesInOrderUntilOneDrops() throws {
    let rules = [
      try RelabelRule(sourceLabels: ["a"], targetLabel: "tmp", replacement: "x$1"),
      try RelabelRule(action: .keep, sourceLabels: ["tmp"], regex: "xfoo"),
      try RelabelRule(action: .labeldrop, regex: "tmp"),
    ]
    #expect(rules.apply(to: Self.input) == Self.input)
    let drop = try RelabelRule(action: .drop)
    #expect((rules + [drop]).apply(to: Self.input) == nil)
  }

  @Test func refusesBadRules() {
    #expect(throws: RelabelError.self) { try RelabelRule(action: .keep, regex: "(") }
    #expect(throws: RelabelError.missing("target_label", action: .replace)) { try RelabelRule() }
    #expect(throws: RelabelError.missing("modulus", action: .hashmod)) {
      try RelabelRule(action: .hashmod, targetLabel: "a")
    }
  }
}
