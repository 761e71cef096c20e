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

  private func index(_ rules: [InhibitRuleDefinition], alerts: [Alert]) -> InhibitIndex {
    var index = InhibitIndex(rules)
    for alert in alerts { index.update(alert) }
    return index
  }

  @Test(
    arguments: [
      (["instance": "a"], true), (["instance": "b"], false), ([:], false),
    ] as [([String: String], Bool)])
  func equalLabelsMustAgree(labels: [String: String], isInhibited: Bool) {
    let index = index(
      [rule(source: [down], target: [slow], equal: ["instance"])],
      alerts: [alert(["alertname": "Down", "instance": "a"])])
    #expect(index.isInhibited(Labels(labels).setting("alertname", "Slow"), at: now) == isInhibited)
  }

  @Test(arguments: [("caf\u{e9}", true), ("cafe\u{301}", false)])
  func valuesThatOnlyLookTheSameDoNotAgree(value: String, isInhibited: Bool) {
    let index = index(
      [rule(source: [down], target: [slow], equal: ["n"])],
      alerts: [alert(["alertname": "Down", "n": "caf\u{e9}"])])
    #expect(index.isInhibited(["alertname": "Slow", "n": value], at: now) == isInhibited)
    let keys = Set([
      GroupKey(path: "{}", labels: ["n": "caf\u{e9}"]), GroupKey(path: "{}", labels: ["n": value]),
    ])
    #expect(keys.count == (isInhibited ? 1 : 2))
  }

  @Test func missingLabelsAgreeAsEmpty() {
    let index = index(
      [rule(source: [down], target: [slow], equal: ["zone"])],
      alerts: [alert(["alertname": "Down", "instance": "a"])])
    #expect(index.isInhibited(["alertname": "Slow", "instance": "b"], at: now))
  }

  @Test func endedSourcesDoNotInhibit() {
    let index = index(
      [rule(source: [down], target: [slow])],
      alerts: [alert(["alertname": "Down"], isResolved: true)])
    #expect(!index.isInhibited(["alertname": "Slow"], at: now))
  }

  @Test func anAlertOnBothSidesIsNotInhibitedByAnother() throws {
    let any = try LabelMatcher("alertname", .matches, "Down|Slow")
    let index = index(
      [rule(source: [any], target: [any])],
      alerts: [alert(["alertname": "Down"]), alert(["alertname": "Slow"])])
    #expect(!index.isInhibited(["alertname": "Down"], at: now))
    #expect(!index.isInhibited(["alertname": "Slow"], at: now))
  }

  @Test func anInhibitedAlertStillInhibits() {
    let broken = LabelMatcher("alertname", equals: "Broken")
    let index = index(
      [rule(source: [down], target: [slow]), rule(source: [slow], target: [broken])],
      alerts: [alert(["alertname": "Down"]), alert(["alertname": "Slow"])])
    #expect(index.isInhibited(["alertname": "Slow"], at: now))
    #expect(index.isInhibited(["alertname": "Broken"], at: now))
  }

  @Test func allInhibitorsAreNamed() throws {
    // The first source is on both sides, which must not hide the second one.
    let anything = try LabelMatcher("severity", .matches, "page|none")
    let sources = [alert(["severity": "page", "n": "both"]), alert(["severity": "none"])]
    let index = index(
      [rule(source: [anything], target: [LabelMatcher("severity", equals: "page")])],
      alerts: sources)
    let fingerprints = index.inhibitors(of: ["severity": "page", "n": "x"], at: now)
    #expect(fingerprints == [Fingerprint.text(sources[1].labels.fingerprint)])
  }

  @Test func anAlertThatIsRemovedInhibitsNoMore() {
    let labels: Labels = ["alertname": "Down", "instance": "a"]
    let rules = [rule(source: [down], target: [slow], equal: ["instance"])]
    var index = index(rules, alerts: [alert(labels)])
    let target: Labels = ["alertname": "Slow", "instance": "a"]
    #expect(index.isInhibited(target, at: now))
    index.remove(labels)
    #expect(!index.isInhibited(target, at: now))
  }
}
