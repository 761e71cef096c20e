import YAMLDecoding
import TestSupport
import Testing

@testable import EvaluatorConfiguration

private let good = """
  global: &g
    scrape_interval: 15s
    external_labels: {a: "${B}", c: 'd'}
  rule_files: [x*.yml]
  alerting:
    alertmanagers: [{static_configs: [{targets: [a:1]}]}]
  scrape_configs:
  - job_name: a
    basic_auth: {username: u, password: p}
    tls_config: {ca_file: x}
    params: {m: [a]}
    static_configs: [{targets: [a:1], labels: {x: y}}]
    relabel_configs: [{source_labels: [a], regex: '(.*)x', target_label: b, action: replace}]
  groups:
  - name: g
    interval: 1m
    rules:
    - alert: A
      expr: |
        sum(rate(x{a="b"}[5m])) > 1
      for: 5m
      labels: {s: '{{ $value | humanize }}'}
      annotations:
        t: >-
          {{ with query "up" }}{{ . | first | value }}
          {{ end }}
  route:
    receiver: r
    group_by: ['...']
    routes: [{matchers: ['a="b",c=~"d|e"'], mute_time_intervals: [n], continue: true}]
  receivers:
  - name: r
    slack_configs: [{api_url: 'http://x', title: '{{ .Status }}', fields: [{title: a, value: b}]}]
    email_configs: [{to: a@b, from: c@d, smarthost: 'm:25', headers: {Subject: x}}]
    webhook_configs: [{url: 'http://x', http_config: {authorization: {credentials: c}}}]
  inhibit_rules: [{source_matchers: [a=b], target_match_re: {c: d}, equal: [e]}]
  time_intervals:
  - name: n
    time_intervals: [{times: [{start_time: 08:00, end_time: 09:00}], weekdays: ['monday:friday'], days_of_month: ['-3:-1']}]
  """

@Test func randomEditsOfConfigurationsNeverCrash() {
  var random = RepeatableRandom(seed: 11)
  let alphabet = Array("{}[]:,-?*&!|>'\"#\n $()=~.a0\\é".unicodeScalars)
  for _ in 0..<600 {
    var scalars = Array(good.unicodeScalars)
    for _ in 0..<Int.random(in: 1...4, using: &random) where !scalars.isEmpty {
      let index = Int.random(in: 0..<scalars.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: scalars.remove(at: index)
      case 1: scalars.insert(alphabet.randomElement(using: &random) ?? "a", at: index)
      case 2: scalars[index] = alphabet.randomElement(using: &random) ?? "a"
      default: scalars.removeSubrange(index..<min(index + 15, scalars.count))
      }
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    let source = ConfigSource(text: String(text), file: "f.yml")
    let diagnostics = ConfigDiagnostics()
    _ = PrometheusConfiguration.decode(source, into: diagnostics)
    _ = RuleFiles.decode(source, into: diagnostics)
    _ = AlertmanagerConfiguration.decode(source, into: diagnostics)
    for error in diagnostics.errors { #expect(error.description.hasPrefix("f.yml")) }
  }
}
