import MetricModel
import StorageAPI
import Testing

@testable import AlertRouting

private let now = Timestamp(rawValue: 1_000_000)

private func alert(_ labels: Labels, isResolved: Bool = false) -> Alert {
  Alert(
    labels: labels, startsAt: Timestamp(rawValue: 0), endsAt: isResolved ? now : .distantFuture,
    updatedAt: Timestamp(rawValue: 0))
}

private func rule(
  source: [LabelMatcher], target: [LabelMatcher], equal: [String] = []
) -> InhibitRuleDefinition {
  var rule = InhibitRuleDefinition()
  rule.sourceMatchers = source
  rule.targetMatchers = target
  rule.equal = equal
  return rule
}

@Suite struct InhibitIndexTests {
  private let down = LabelMatcher("alertname", equals: "Down")
  private let slow = LabelMatcher("alertname", equals: "Slow")

  @Test(
    arguments: [
      (["instance": "a"], true), (["instance": "b"], false), ([:], false),
    ] as [([String: String], Bool)])
  func in1_equalLabelsMustAgree(labels: [String: String], isInhibited: Bool) {
    let index = InhibitIndex(
      [rule(source: [down], target: [slow], equal: ["instance"])],
      alerts: [alert(["alertname": "Down", "instance": "a"])], at: now)
    #expect(index.isInhibited(Labels(labels).setting("alertname", "Slow")) == isInhibited)
  }

  @Test(arguments: [("caf\u{e9}", true), ("cafe\u{301}", false)])
  func in1_valuesThatOnlyLookTheSameDoNotAgree(value: String, isInhibited: Bool) {
    let index = InhibitIndex(
      [rule(source: [down], target: [slow], equal: ["n"])],
      alerts: [alert(["alertname": "Down", "n": "caf\u{e9}"])], at: now)
    #expect(index.isInhibited(["alertname": "Slow", "n": value]) == isInhibited)
    let keys = Set([
      GroupKey(path: "{}", labels: ["n": "caf\u{e9}"]), GroupKey(path: "{}", labels: ["n": value]),
    ])
    #expect(keys.count == (isInhibited ? 1 : 2))
  }

  @Test func in1_missingLabelsAgreeAsEmpty() {
    let index = InhibitIndex(
      [rule(source: [down], target: [slow], equal: ["zone"])],
      alerts: [alert(["alertname": "Down", "instance": "a"])], at: now)
    #expect(index.isInhibited(["alertname": "Slow", "instance": "b"]))
  }

  @Test func in1_endedSourcesDoNotInhibit() {
    let index = InhibitIndex(
      [rule(source: [down], target: [slow])],
      alerts: [alert(["alertname": "Down"], isResolved: true)], at: now)
    #expect(!index.isInhibited(["alertname": "Slow"]))
  }

  @Test func in2_anAlertOnBothSidesIsNotInhibitedByAnother() throws {
    let any = try LabelMatcher("alertname", .matches, "Down|Slow")
    let index = InhibitIndex(
      [rule(source: [any], target: [any])],
      alerts: [alert(["alertname": "Down"]), alert(["alertname": "Slow"])], at: now)
    #expect(!index.isInhibited(["alertname": "Down"]))
    #expect(!index.isInhibited(["alertname": "Slow"]))
  }

  @Test func in3_anInhibitedAlertStillInhibits() {
    let broken = LabelMatcher("alertname", equals: "Broken")
    let index = InhibitIndex(
      [rule(source: [down], target: [slow]), rule(source: [slow], target: [broken])],
      alerts: [alert(["alertname": "Down"]), alert(["alertname": "Slow"])], at: now)
    #expect(index.isInhibited(["alertname": "Slow"]))
    #expect(index.isInhibited(["alertname": "Broken"]))
  }

  @Test func in4_in5_allInhibitorsAreNamed() throws {
    // The first source is on both sides, which must not hide the second one.
    let anything = try LabelMatcher("severity", .matches, "page|none")
    let sources = [alert(["severity": "page", "n": "both"]), alert(["severity": "none"])]
    let index = InhibitIndex(
      [rule(source: [anything], target: [LabelMatcher("severity", equals: "page")])],
      alerts: sources, at: now)
    let fingerprints = index.inhibitors(of: ["severity": "page", "n": "x"])
    #expect(fingerprints == [Fingerprint.text(sources[1].labels.fingerprint)])
  }
}
