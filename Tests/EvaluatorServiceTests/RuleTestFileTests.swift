import YAMLDecoding
import TestSupport
import Testing

@testable import EvaluatorService

/// Tests of rules in promtool's format.
@Suite struct RuleTestFileTests {
  private static let rules = """
    groups:
    - name: second
      rules:
      - {alert: Down, expr: 'job:up:count < 1', for: 2m, labels: {severity: page}, annotations: {summary: '{{ $labels.job }} of {{ $externalLabels.region }} is down at {{ $externalURL }}'}}
      - {alert: Down, expr: 'absent(up{job="db"})', labels: {severity: info}}
    - name: first
      interval: 10m
      rules:
      - {record: 'job:up:count', expr: 'count by (job) (up == 1) or 0 * count by (job) (up)'}
    """

  private func run(
    _ tests: String, rules: String = Self.rules, wanted: String? = nil
  ) async throws -> (RuleTestReport, [String]) {
    let folder = try TemporaryDirectory()
    try folder.write(rules, to: "rules.yml")
    let path = try folder.write(tests, to: "test.yml")
    let diagnostics = ConfigDiagnostics()
    let file = RuleTestFile.read(path, diagnostics: diagnostics)
    let report = await file.run { wanted == nil || $0 == wanted }
    return (
      report,
      (diagnostics.errors + diagnostics.warnings).map {
        $0.description.replacing(folder.path + "/", with: "")
      }
    )
  }

  private static let story = """
    rule_files: [rules.yml]
    group_eval_order: [first, second]
    tests:
    - name: a job goes down
      interval: 1m
      external_labels: {region: eu}
      external_url: http://here
      input_series:
      - {series: 'up{job="app", instance="a"}', values: '1 1 0x10 stale'}
      - {series: 'up{job="db"}', values: '1x2 _x3 1x3'}
      alert_rule_test:
      - {eval_time: 3m, alertname: Down}
      - eval_time: 4m30s
        alertname: Down
        exp_alerts:
        - exp_labels: {job: app, severity: page}
          exp_annotations: {summary: app of eu is down at http://here}
      promql_expr_test:
      - expr: job:up:count
        eval_time: 4m
        exp_samples:
        - {labels: 'job:up:count{job="app"}', value: 0}
        - {labels: 'job:up:count{job="db"}', value: 1}
      - {expr: 'time()', eval_time: 90s, exp_samples: [{value: 90}]}
      - {expr: 'count(ALERTS{alertstate="firing"})', eval_time: 4m, exp_samples: [{labels: '{}', value: 1}]}
      - {expr: 'up{job="app"}', eval_time: 13m}
      - {expr: '0 / 0', eval_time: 0m, exp_samples: [{value: .nan}]}
    """

  @Test func aLongTestHasTheResultOfPromtool() async throws {
    let (report, errors) = try await run(Self.story)
    #expect(errors == [])
    #expect(report.failures == [])
    #expect(report.passed == 7)
    #expect(try await run(Self.story, wanted: "another").0.passed == 0)
  }

  /// Debian's promtool has the same result for the same file, except for the NaN that it cannot
  /// compare.
  @Test func promtoolHasTheSameResult() async throws {
    let folder = try TemporaryDirectory()
    try folder.write(Self.rules, to: "rules.yml")
    let lines = Self.story.split(separator: "\n").filter { !$0.contains(".nan") }
    let path = try folder.write(lines.joined(separator: "\n"), to: "test.yml")
    let promtool = try ChildProcess.start("promtool", ["test", "rules", path])
    #expect(try await promtool.waitForExit() == 0, "\(promtool.output)")
  }

  @Test func differencesAreShownWithTheirPosition() async throws {
    let (report, _) = try await run(
      """
      rule_files: [rules.yml]
      tests:
      - input_series: [{series: 'up{job="db"}', values: '0x9'}]
        alert_rule_test:
        - {eval_time: 5m, alertname: Down, exp_alerts: [{exp_labels: {job: db}}]}
        promql_expr_test:
        - {expr: 'up + 0.1 + 0.2', eval_time: 1m, exp_samples: [{labels: '{job="db"}', value: 0.3}]}
        - {expr: 'up', eval_time: 1m, exp_samples: [{labels: 'up{job="db"}', value: 0}]}
      """)
    #expect(report.passed == 1)
    let texts = report.failures.map { $0.split(separator: "test.yml:").last.map(String.init) ?? $0 }
    #expect(
      texts == [
        """
        5:5: Down at 5m (test "unnamed#0")
          expected {alertname="Down", job="db"} annotations {}
          got      {alertname="Down", job="db", severity="page"} annotations {summary="db of  is down at "}
        """,
        """
        7:5: up + 0.1 + 0.2 at 1m (test "unnamed#0")
          expected {job="db"} 0.3
          got      {job="db"} 0.30000000000000004
        """,
      ])
    let fuzzy = try await run(
      """
      fuzzy_compare: true
      tests: [{promql_expr_test: [{expr: '0.1 + 0.2', eval_time: 0s, exp_samples: [{value: 0.3}]}]}]
      """)
    #expect(fuzzy.0.failures == [] && fuzzy.0.passed == 1)
  }

  @Test func timesCountFromTheStart() async throws {
    let (report, errors) = try await run(
      """
      tests:
      - start_timestamp: 2026-01-02T03:04:05Z
        interval: 30s
        input_series: [{series: x, values: 0+1x10}]
        promql_expr_test:
        - {expr: x, eval_time: 2m, exp_samples: [{labels: x, value: 4}]}
        - {expr: 'hour() * 100 + minute()', eval_time: 1m, exp_samples: [{value: 305, labels: '{}'}]}
      - start_timestamp: 1000.5
        promql_expr_test: [{expr: time(), eval_time: 0m, exp_samples: [{value: 1000.5}]}]
      """)
    #expect(errors == [] && report.failures == [] && report.passed == 3)
  }

  /// A rule cannot see samples that are later than the evaluated step.
  @Test func rulesDoNotSeeTheFuture() async throws {
    let (report, errors) = try await run(
      """
      rule_files: [rules.yml]
      tests:
      - input_series: [{series: x, values: 1+1x10}]
        promql_expr_test:
        - {expr: 'max_over_time(seen[10m])', eval_time: 5m, exp_samples: [{labels: '{}', value: 6}]}
      """,
      rules: "groups: [{name: g, rules: [{record: seen, expr: 'x offset -1m or x offset 1m'}]}]")
    #expect(errors == [] && report.failures == [])
  }

  @Test func aFailingRuleEndsItsTest() async throws {
    let (report, _) = try await run(
      """
      rule_files: [rules.yml]
      tests:
      - input_series: [{series: 'x{a="1"}', values: 1x3}, {series: 'x{a="2"}', values: 1x3}]
        alert_rule_test: [{eval_time: 1m, alertname: A}, {eval_time: 2m, alertname: A}]
      """,
      rules: "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: x * on() x\n")
    #expect(report.passed == 0 && report.failures.count == 1)
    #expect(report.failures.first?.contains("rules.yml:4: rule A: ") == true)
    #expect(report.failures.first?.contains("at 0s") == true, "\(report.failures)")
  }

  @Test(arguments: [
    ("tests: [{alert_rule_test: [{eval_time: 1m}]}]", "\"alertname\" is missing"),
    ("tests: [{alert_rule_test: [{alertname: A}]}]", "\"eval_time\" is missing"),
    (
      "tests: [{promql_expr_test: [{expr: 'sum(', eval_time: 1m}]}]",
      "the expression cannot be read"
    ),
    ("tests: [{promql_expr_test: [{expr: x, eval_time: soon}]}]", "must be a duration"),
    ("tests: [{input_series: [{series: 'x{', values: 1}]}]", "no label"),
    ("tests: [{input_series: [{series: x, values: one}]}]", "unknown value: one"),
    ("tests: [{input_series: [{series: x, values: '{{schema:1}}'}]}]", "native histograms"),
    ("tests: [{input_series: [{series: x, values: '1x99999999'}]}]", "more than 1000000 values"),
    ("tests: [{start_timestamp: yesterday}]", "write Unix seconds"),
    ("tests: [{interval: 0s}]", "longer than nothing"),
    ("evaluation_interval: 0s", "longer than nothing"),
    ("tests: [{evaltime: 1}]", "unknown key \"evaltime\" in test"),
    ("rule_files: [nothing.yml]", "no file matches \"nothing.yml\""),
    ("group_eval_order: [a, a]", "stands twice"), ("[]", "must be a mapping"),
  ])
  func mistakesAreNamed(text: String, message: String) async throws {
    let (_, errors) = try await run(text)
    #expect(errors.count == 1 && errors[0].contains(message), "\(errors)")
    #expect(errors.first?.hasPrefix("test.yml:1:") == true)
  }

  /// The tests of the shipped rules pass here as they do in promtool.
  @Test(arguments: ["host", "postgres", "process", "redis", "tocsin"])
  func theShippedRulesPass(name: String) async throws {
    let diagnostics = ConfigDiagnostics()
    let root = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()
    let file = RuleTestFile.read("\(root)/rules/tests/\(name)_test.yml", diagnostics: diagnostics)
    #expect(diagnostics.errors.map(\.description) == [])
    let report = await file.run()
    #expect(report.failures == [])
    #expect(report.passed >= 10)
  }
}
