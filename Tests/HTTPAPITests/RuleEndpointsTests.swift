import Codecs
import MetricModel
import Testing

@testable import AlertRules
@testable import HTTPAPI

struct RuleEndpointsTests {
  private static func rule(
    _ kind: RuleDefinition.Kind, labels: Labels = .empty, alerts: [ActiveAlert] = [],
    state: AlertStateMachine.State? = nil, error: String? = nil
  ) -> RuleSnapshot {
    guard let expression = try? RuleExpression("sum(up)by(job)") else { preconditionFailure() }
    return RuleSnapshot(
      definition: RuleDefinition(
        kind, expression: expression, hold: .minutes(5), keepFiringFor: .seconds(30),
        annotations: ["summary": "{{ $value }}"]),
      labels: labels, state: state, alerts: alerts, health: error == nil ? .ok : .err,
      lastError: error, evaluationTime: 0.25, lastEvaluation: Timestamp(rawValue: 1_500))
  }

  private static func group(_ file: String, _ name: String, _ rules: [RuleSnapshot])
    -> RuleGroupSnapshot
  {
    RuleGroupSnapshot(
      file: file, name: name, interval: .seconds(15), limit: 0, evaluationTime: 0.5,
      lastEvaluation: nil, rules: rules, metrics: RuleGroupMetrics())
  }

  private static let alert = ActiveAlert(
    labels: ["alertname": "Down", "job": "a"], annotations: ["summary": "is \"down\""], value: 15,
    machine: AlertStateMachine(activeAt: Timestamp(rawValue: 61_000)))

  private static let groups = [
    group(
      "a.yml", "one",
      [
        rule(
          .alert("Down"), labels: ["severity": "page", "t": "{{ x }}"], alerts: [alert],
          state: .pending),
        rule(.record("job:up:sum"), error: "boom"),
      ]),
    group("a.yml", "two", [rule(.record("r2"), labels: ["team": "x"])]),
    group("b.yml", "one", [rule(.alert("Other"), state: .inactive)]),
  ]

  private static let fixture = APIFixture { $0.rules = { groups } }

  @Test func wholeAnswer() async throws {
    let data = try await Self.fixture.data("rules?rule_group[]=one&file[]=a.yml")
    #expect(
      data
        == #"{"groups":[{"name":"one","file":"a.yml","rules":[{"state":"pending","name":"Down","#
        + #""query":"sum by (job) (up)","duration":300,"keepFiringFor":30,"#
        + #""labels":{"severity":"page","t":"{{ x }}"},"annotations":{"summary":"{{ $value }}"},"#
        + #""alerts":[{"labels":{"alertname":"Down","job":"a"},"annotations":{"summary":"is \"down\""},"#
        + #""state":"pending","activeAt":"1970-01-01T00:01:01.000Z","value":"1.5e+01"}],"health":"ok","#
        + #""evaluationTime":0.25,"lastEvaluation":"1970-01-01T00:00:01.500Z","type":"alerting"},"#
        + #"{"name":"job:up:sum","query":"sum by (job) (up)","health":"err","lastError":"boom","#
        + #""evaluationTime":0.25,"lastEvaluation":"1970-01-01T00:00:01.500Z","type":"recording"}],"#
        + #""interval":15,"limit":0,"evaluationTime":0.5,"lastEvaluation":"0001-01-01T00:00:00Z"}]}"#
    )
  }

  /// The names of the rules in an answer.
  private func names(_ target: String) async throws -> [String] {
    let data = try await Self.fixture.data(target)
    return data.split(separator: "\"query\"").dropLast().compactMap { part in
      part.split(separator: "\"name\":\"").last?.split(separator: "\"").first.map(String.init)
    }
  }

  @Test(arguments: [
    ("rules", ["Down", "job:up:sum", "r2", "Other"]), ("rules?type=alert", ["Down", "Other"]),
    ("rules?type=record", ["job:up:sum", "r2"]),
    ("rules?rule_name[]=Down&rule_name[]=r2", ["Down", "r2"]),
    ("rules?rule_name=Down&rule_name[]=Other&file[]=b.yml", ["Other"]), ("rules?file=none", []),
    ("rules?match[]=%7Bseverity=%22page%22%7D", ["Down"]),
    ("rules?match[]=%7Bt=~%22.%2B%22%7D", []),
    ("rules?match[]=%7Bseverity=%22page%22%7D&match[]=%7Bteam=%22x%22%7D", ["Down", "r2"]),
    ("rules?group_limit=2", ["Down", "job:up:sum", "r2"]),
  ])
  func filters(target: String, names: [String]) async throws {
    #expect(try await self.names(target) == names)
  }

  @Test func emptyGroupsAreLeftOutAndAlertsExcluded() async throws {
    let data = try await Self.fixture.data("rules?type=alert&exclude_alerts=true")
    #expect(!data.contains("\"two\""))
    #expect(data.contains("\"alerts\":null"))
  }

  @Test func pagesByToken() async throws {
    let first = try await Self.fixture.data("rules?group_limit=2")
    let token = Digest.sha256Text(of: "b.yml;one")
    #expect(first.hasSuffix(#""groupNextToken":"\#(token)"}"#))
    let second = try await Self.fixture.data("rules?group_limit=2&group_next_token=" + token)
    #expect(second.contains("Other") && !second.contains("groupNextToken"))
    #expect(try await Self.fixture.ask("/api/v1/rules?group_next_token=x").status == 400)
    #expect(
      try await Self.fixture.ask("/api/v1/rules?group_limit=1&group_next_token=x").status == 400)
  }

  @Test func alerts() async throws {
    let data = try await Self.fixture.data("alerts")
    #expect(
      data
        == #"{"alerts":[{"labels":{"alertname":"Down","job":"a"},"annotations":{"summary":"is \"down\""},"#
        + #""state":"pending","activeAt":"1970-01-01T00:01:01.000Z","value":"1.5e+01"}]}"#)
  }
}
