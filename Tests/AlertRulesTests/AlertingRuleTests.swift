@testable import AlertRules
import MetricModel
import PromQLEngine
import Testing

private func at(_ seconds: Int64) -> Timestamp { Timestamp(rawValue: seconds * 1000) }

private let plain: ExpandRuleTemplate = { template, data in
  if template.contains("fail") { throw RuleError.storage("no such function") }
  return template.replacing("{{ $labels.instance }}", with: data.labels["instance"] ?? "")
    .replacing("{{ $labels.__name__ }}", with: data.labels.metricName ?? "")
}

@Suite struct AlertingRuleTests {
  private func rule(
    labels: [String: String] = [:], annotations: [String: String] = [:],
    groupLabels: [String: String] = [:], hold: Duration = .zero
  ) -> AlertingRule {
    AlertingRule(
      RuleDefinition(
        .alert("Down"), expression: "up == 0", hold: hold, labels: labels,
        annotations: annotations), groupLabels: groupLabels)
  }

  @Test func labelsAreThoseOfTheResultThenOfTheRuleThenTheName() async {
    let rule = rule(
      labels: [
        "severity": "page", "job": "", "alertname": "ignored", "where": "at {{ $labels.instance }}",
      ],
      groupLabels: ["team": "infra", "severity": "none"])
    let sample = VectorElement(
      labels: ["__name__": "up", "job": "node", "instance": "a:1", "team": "old"], value: 0)
    let elements = await rule.elements(of: [sample], at: at(0), expand: plain)
    #expect(
      elements.map(\.labels) == [
        [
          "alertname": "Down", "instance": "a:1", "severity": "page", "team": "infra",
          "where": "at a:1",
        ]
      ])
  }

  @Test func templatesSeeTheMetricNameAndFailIntoTheirText() async {
    let rule = rule(annotations: ["name": "{{ $labels.__name__ }}", "bad": "{{ fail }}"])
    let sample = VectorElement(labels: ["__name__": "up"], value: 0)
    let elements = await rule.elements(of: [sample], at: at(0), expand: plain)
    #expect(elements[0].annotations["name"] == "up")
    #expect(elements[0].annotations["bad"] == "<error expanding template: no such function>")
  }

  private func element(_ instance: String, value: Double = 1, note: String = "")
    -> AlertingRule.Element
  {
    .init(
      labels: ["alertname": "Down", "instance": instance],
      annotations: Labels([("note", note)]), value: value)
  }

  @Test func equalLabelSetsFailTheRuleAndChangeNothing() throws {
    var rule = rule()
    _ = try rule.apply([element("a")], at: at(0))
    let before = rule.alerts
    #expect(throws: RuleError.duplicateAlerts) {
      try rule.apply([element("b"), element("b")], at: at(15))
    }
    #expect(rule.alerts == before)
    #expect(
      "\(RuleError.duplicateAlerts)"
        == "vector contains metrics with the same labelset after applying alert labels")
  }

  @Test func valueAndAnnotationsOfAKnownAlertAreRefreshed() throws {
    var rule = rule()
    _ = try rule.apply([element("a", value: 1, note: "one")], at: at(0))
    #expect(try rule.apply([element("a", value: 2, note: "two")], at: at(15)).isEmpty)
    let alert = try #require(rule.alerts.values.first)
    #expect(alert.value == 2 && alert.annotations["note"] == "two")
    #expect(alert.machine.activeAt == at(0))
  }

  @Test func anAlertThatKeepFiringForHoldsHasItsLastValue() throws {
    var rule = AlertingRule(
      RuleDefinition(.alert("Down"), expression: "x", keepFiringFor: .minutes(5)))
    _ = try rule.apply([element("a", value: 7)], at: at(0))
    #expect(try rule.apply([], at: at(60)).isEmpty)
    #expect(rule.alerts.values.first?.value == 7)
    #expect(rule.state == .firing)
  }

  @Test func moreAlertsThanTheLimitFailTheRuleAndRemoveAllItsAlerts() throws {
    var rule = rule()
    _ = try rule.apply([element("a")], at: at(0), limit: 2)
    #expect(throws: RuleError.tooManyAlerts(limit: 2, count: 3)) {
      try rule.apply([element("a"), element("b"), element("c")], at: at(15), limit: 2)
    }
    #expect(rule.alerts.isEmpty)
    #expect("\(RuleError.tooManyAlerts(limit: 2, count: 3))" == "exceeded limit of 2 with 3 alerts")
  }

  @Test func theRulesStateIsThatOfItsWorstAlert() throws {
    var rule = rule(hold: .seconds(30))
    #expect(rule.state == .inactive)
    _ = try rule.apply([element("a")], at: at(0))
    #expect(rule.state == .pending)
    _ = try rule.apply([element("a"), element("b")], at: at(30))
    #expect(rule.state == .firing)
  }

  @Test func transitionsHaveTheAlertAndTheAction() throws {
    var rule = rule()
    #expect(
      try rule.apply([element("a"), element("b")], at: at(0)).map(\.action) == [.fire, .fire])
    let ended = try rule.apply([], at: at(15))
    #expect(ended.map(\.action) == [.resolve, .resolve])
    #expect(ended.map { $0.alert.labels["instance"] } == ["a", "b"])
  }
}

@Suite struct RecordingRuleTests {
  private let rule = RecordingRule(
    RuleDefinition(.record("job:up:sum"), expression: "x", labels: ["job": "", "level": "job"]),
    groupLabels: ["level": "none", "team": "infra"])

  @Test func nameAndLabelsAreReplaced() throws {
    let written = try rule.apply([
      VectorElement(labels: ["__name__": "up", "job": "a", "zone": "z"], value: 3)
    ])
    #expect(
      written == [
        VectorElement(
          labels: ["__name__": "job:up:sum", "level": "job", "team": "infra", "zone": "z"], value: 3
        )
      ])
  }

  @Test func equalSeriesFailTheRule() {
    #expect(throws: RuleError.duplicateSeries) {
      try rule.apply([
        VectorElement(labels: ["job": "a"], value: 1),
        VectorElement(labels: ["job": "b"], value: 2),
      ])
    }
  }

  @Test func tooManySeriesFailTheRule() {
    #expect(throws: RuleError.tooManySeries(limit: 1, count: 2)) {
      try rule.apply(
        [VectorElement(labels: ["a": "1"], value: 1), VectorElement(labels: ["a": "2"], value: 1)],
        limit: 1)
    }
  }
}
