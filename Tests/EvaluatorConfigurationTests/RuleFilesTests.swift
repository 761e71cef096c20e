import AlertRules
import YAMLDecoding
import Foundation
import MetricModel
import Testing

@testable import EvaluatorConfiguration

private func ruleErrors(_ text: String) -> [String] {
  let diagnostics = ConfigDiagnostics()
  _ = RuleFiles.decode(ConfigSource(text: text, file: "r.yml"), into: diagnostics)
  return diagnostics.errors.map(\.description)
}

/// A file with one rule, whose lines are given without their indentation; the rule begins in line
/// 4.
private func file(_ rule: String) -> String {
  let lines = rule.split(separator: "\n", omittingEmptySubsequences: false)
  return "groups:\n- name: g\n  rules:\n  - " + lines.joined(separator: "\n    ") + "\n"
}

@Test(arguments: [
  ("groups:\n- rules: []", "r.yml:2:3: \"name\" is missing in rule group"),
  ("groups:\n- name: ''", "r.yml:2:9: \"name\" in rule group is empty"),
  (
    "groups:\n- name: a\n- name: a",
    "r.yml:3:9: group name \"a\" is used twice, first in line 2; names must be unique in a file"
  ),
  ("groups:\n- name: a\n  evaluation: 1", "r.yml:3:3: unknown key \"evaluation\" in rule group"),
  (
    "groups:\n- name: a\n  limit: -1",
    "r.yml:3:10: \"limit\" in rule group must be at least 0, not -1"
  ),
  ("group: []", "r.yml:1:1: unknown key \"group\" in the file; did you mean \"groups\"?"),
  (file("expr: up"), "r.yml:4:5: a rule needs \"record\" or \"alert\"; give it a name"),
  (
    file("alert: A\nrecord: b\nexpr: up"),
    "r.yml:4:5: a rule has both \"record\" and \"alert\"; make two rules of it"
  ),
  (file("alert: A"), "r.yml:4:5: \"expr\" is missing in rule"),
  (
    file("record: 'a{b=\"c\"}'\nexpr: up"),
    "r.yml:4:13: \"a{b=\"c\"}\" is no name for a recorded series; put labels under labels:"
  ),
  (
    file("record: a\nexpr: up\nfor: 5m"),
    "r.yml:6:5: a recording rule cannot have \"for\"; remove it"
  ),
  (
    file("record: a\nexpr: up\nannotations: {a: b}"),
    "r.yml:6:5: a recording rule cannot have \"annotations\"; remove it"
  ),
  (
    file("alert: A\nexpr: up\nfor: soon"),
    "r.yml:6:10: \"for\" in rule must be a duration, not \"soon\"; write it like 30s, 5m or 1h30m"
  ),
  (
    file("alert: A\nexpr: up\nlabels: {__name__: x}"),
    "r.yml:6:14: \"__name__\" is no name for a label"
  ),
  (
    file("alert: A\nexpr: up\nlabel: {a: x}"),
    "r.yml:6:5: unknown key \"label\" in rule; did you mean \"labels\"?"
  ),
  (
    file("alert: A\nexpr: up\nfro: 5m"),
    "r.yml:6:5: unknown key \"fro\" in rule; did you mean \"for\"?"
  ),
  (
    file("alert: A\nexpr: up\nannotations:\n  summary: 'x {{ humanise $value }}'"),
    "r.yml:7:22: annotation \"summary\": function \"humanise\" is not defined; did you mean \"humanize\"?"
  ),
  (
    file("alert: A\nexpr: up\nannotations:\n  text: |\n    one\n    two {{ $nope }}"),
    "r.yml:9:16: annotation \"text\": variable \"$nope\" is not defined"
  ),
  (
    file("alert: A\nexpr: up\nlabels:\n  team: '{{ if }}'"),
    "r.yml:7:20: label \"team\": a value is missing before }}"
  ),
])
func invalidRuleFilesAreRefused(text: String, expected: String) {
  #expect(ruleErrors(text) == [expected])
}

@Test(arguments: [
  ("expr: sum(up", "r.yml:5:17"),
  ("expr: 'up == '", "r.yml:5:18"),
  ("expr: |\n  sum(up)\n    > foo(1)", "r.yml:7:11"),
  ("expr: rate(up)", "r.yml:5:16"),
])
func expressionErrorsHaveAPositionInTheFile(expression: String, place: String) throws {
  let error = try #require(ruleErrors(file("alert: A\n" + expression)).first)
  #expect(error.hasPrefix(place + ": expr: "))
}

@Test func decodesARuleFile() throws {
  let diagnostics = ConfigDiagnostics()
  let text = """
    groups:
    - name: first
      interval: 10s
      query_offset: 5s
      limit: 3
      labels: {team: a}
      rules:
      - alert: Down
        expr: up == 0
        for: 5m
        keep_firing_for: 1m
        labels: {severity: page, code: 5}
        annotations:
          summary: "{{ $labels.instance }} is {{ $value | humanize }}"
      - record: job:up:sum
        expr: |
          sum by (job) (up)
        labels: {raw: '{{ not a template'}
    - name: second
      rules:
    ---
    groups: not looked at
    """
  let groups = RuleFiles.decode(
    ConfigSource(text: text, file: "r.yml"),
    defaults: RuleDefaults(interval: .seconds(30), queryOffset: .seconds(1)), into: diagnostics)
  #expect(diagnostics.errors.map(\.description) == [])
  let first = try #require(groups.first)
  #expect(first.key == "r.yml;first")
  #expect(first.interval == .seconds(10))
  #expect(first.queryOffset == .seconds(5))
  #expect(first.limit == 3)
  #expect(first.labels == ["team": "a"])
  #expect(first.line == 2)
  let alert = try #require(first.rules.first)
  #expect(alert.kind == .alert("Down"))
  #expect(alert.hold == .minutes(5))
  #expect(alert.keepFiringFor == .minutes(1))
  #expect(alert.labels == ["severity": "page", "code": "5"])
  #expect(alert.line == 8)
  #expect(first.rules[1].kind == .record("job:up:sum"))
  #expect(first.rules[1].expression.text == "sum by (job) (up)\n")
  #expect(groups[1].interval == .seconds(30))
  #expect(groups[1].queryOffset == .seconds(1))
  #expect(groups[1].rules.isEmpty)
}

@Test func ruleFilesAreRelativeToTheConfiguration() throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let texts = [
    "p.yml": "rule_files: ['*.rules', a.rules, none.rules, 'x*.rules']\n",
    "a.rules": "groups: [{name: a}]", "b.rules": "groups: [{name: b, rules: [{}]}]",
  ]
  for (name, text) in texts {
    try Data(text.utf8).write(to: folder.appendingPathComponent(name))
  }
  let diagnostics = ConfigDiagnostics()
  let path = folder.appendingPathComponent("p.yml").path
  let configuration = try #require(PrometheusConfiguration.load(path: path, into: diagnostics))
  let groups = RuleFiles.load(for: configuration, into: diagnostics)
  #expect(groups.map(\.name) == ["a", "b"])
  let texts2 = diagnostics.errors.map { $0.description.replacing(folder.path + "/", with: "") }
  #expect(
    texts2 == [
      "b.rules:1:28: a rule needs \"record\" or \"alert\"; give it a name",
      "b.rules:1:28: \"expr\" is missing in rule",
      "p.yml:1:34: the rule file \"none.rules\" does not exist",
    ])
}

@Test func rulesExpandTheirTemplates() async throws {
  let templates = RuleTemplates(
    externalURL: "http://h/p", externalLabels: Labels(["region": "eu"])
  ) { expression, instant in [(Labels(["q": expression]), instant.seconds)] }
  let data = RuleTemplateData(
    labels: Labels(["job": "x"]), value: 1500, instant: Timestamp(rawValue: 5_000))
  let text =
    "{{ $labels.job }} {{ $value | humanize }} {{ $externalLabels.region }} {{ externalURL }} "
    + "{{ with query \"up\" }}{{ . | first | label \"q\" }}={{ . | first | value }}{{ end }}"
  #expect(try await templates.expand(text, data) == "x 1.5k eu http://h/p up=5")
}
