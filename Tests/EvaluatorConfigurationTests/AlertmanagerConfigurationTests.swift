import AlertRouting
import Configuration
import YAMLDecoding
import Foundation
import MetricModel
import Testing

@testable import AlertIntegrations
@testable import EvaluatorConfiguration

private func errors(_ text: String) -> [String] {
  let diagnostics = ConfigDiagnostics()
  _ = AlertmanagerConfiguration.decode(
    ConfigSource(text: text, file: "am.yml"), into: diagnostics)
  return diagnostics.errors.map(\.description)
}

/// A file with a good route, followed by more; the first added line is line 2.
private func file(_ rest: String) -> String { "route: {receiver: a}\n" + rest }

/// A file with one receiver `a` that has one integration; the keys begin in line 5.
private func receiver(_ kind: String, _ keys: String) -> String {
  let lines = keys.split(separator: "\n", omittingEmptySubsequences: false)
  return file("receivers:\n- name: a\n  \(kind):\n  - " + lines.joined(separator: "\n    "))
}

/// A file with one receiver and a route tree; the keys of the root begin in line 3.
private func route(_ keys: String) -> String {
  let lines = keys.split(separator: "\n", omittingEmptySubsequences: false)
  return "receivers: [{name: a}]\nroute:\n  " + lines.joined(separator: "\n  ")
}

@Test(arguments: [
  ("", "am.yml: the file is empty; write at least route and receivers"),
  (
    "receivers: [{name: a}]",
    "am.yml:1:1: \"route\" is missing in the file; it names the receiver of all alerts that no other route takes"
  ),
  (route("group_wait: 1s"), "am.yml:3:3: \"receiver\" is missing in route"),
  (route("receiver: b"), "am.yml:3:13: receiver \"b\" is not defined; did you mean \"a\"?"),
  (
    route("receiver: another"),
    "am.yml:3:13: receiver \"another\" is not defined; define it under receivers"
  ),
  (
    route("receiver: a\nmatchers: [x=y]"),
    "am.yml:4:3: the root route takes every alert and must not have \"matchers\"; put it on a route below"
  ),
  (
    route("receiver: a\ncontinue: true"),
    "am.yml:4:13: the root route must not have \"continue\"; remove it"
  ),
  (
    route("receiver: a\nmute_time_intervals: []"),
    "am.yml:4:3: the root route takes every alert and must not have \"mute_time_intervals\"; put it on a route below"
  ),
  (
    route("receiver: a\ngroup_by: [x, y, x]"),
    "am.yml:4:20: \"group_by\" names \"x\" twice; remove one of them"
  ),
  (
    route("receiver: a\ngroup_by: ['...', y]"),
    "am.yml:4:13: '...' must stand alone in \"group_by\""
  ),
  (
    route("receiver: a\ngroup_interval: 0s"),
    "am.yml:4:19: \"group_interval\" in route must be longer than 0"
  ),
  (
    route("receiver: a\nroutes:\n- mute_time_intervals: [nights]"),
    "am.yml:5:27: time interval \"nights\" is not defined; define it under time_intervals"
  ),
  (
    route("receiver: a\nroutes:\n- matchers: ['a b']"),
    "am.yml:5:19: bad matcher a b: at byte 2: expected one of = != =~ !~"
  ),
  (
    route("receiver: a\nroutes:\n- match_re: {a: '('}"),
    "am.yml:5:19: invalid regular expression \"(\": missing ): ^(?:()$"
  ),
  (
    route("receiver: a\nroutes:\n- matcher: [a=b]"),
    "am.yml:5:5: unknown key \"matcher\" in route; did you mean \"matchers\"?"
  ),
  (
    file("receivers:\n- nam: a"),
    "am.yml:3:3: unknown key \"nam\" in receiver; did you mean \"name\"?"
  ),
  (
    file("receivers:\n- name: a\n- name: b\n- name: a"),
    "am.yml:5:9: receiver name \"a\" is used twice, first in line 3; names must be unique"
  ),
  (
    file("receivers:\n- name: a\n  pagerduty_configs: [{routing_key: x}]"),
    "am.yml:4:3: \"pagerduty_configs\" in receiver is not supported yet; use one of slack_configs, email_configs, webhook_configs"
  ),
  (
    receiver("slack_config", "channel: x"),
    "am.yml:4:3: unknown key \"slack_config\" in receiver; did you mean \"slack_configs\"?"
  ),
  (
    receiver("slack_configs", "channel: x"),
    "am.yml:5:5: receiver \"a\": no Slack URL; set api_url or api_url_file here, or slack_api_url globally"
  ),
  (
    receiver("slack_configs", "api_url: hooks.slack.com/SECRET"),
    "am.yml:5:14: \"api_url\" in slack config must be a URL that begins with http:// or https://"
  ),
  (
    receiver("slack_configs", "api_url: http://x\napi_url_file: y"),
    "am.yml:6:5: \"api_url\" and \"api_url_file\" in slack config exclude each other; remove one of them"
  ),
  (
    receiver("slack_configs", "api_url: http://x\ntext: '{{ .Foo | tolower }}'"),
    "am.yml:6:22: text: function \"tolower\" is not defined; did you mean \"toLower\"?"
  ),
  (
    receiver("slack_configs", "api_url: http://x\nupdate_message: true"),
    "am.yml:6:5: \"update_message\" in slack config is not supported yet; use api_url of an incoming webhook"
  ),
  (
    receiver("slack_configs", "api_url: http://x\nfields: [{title: t}]"),
    "am.yml:6:14: \"value\" is missing in slack field"
  ),
  (
    receiver("slack_configs", "api_url: http://x\nactions: [{type: button, text: t}]"),
    "am.yml:6:15: a slack action needs \"url\" or \"name\""
  ),
  (receiver("email_configs", "to: ''"), "am.yml:5:9: \"to\" in email config is empty"),
  (
    receiver("email_configs", "to: a@b\nsmarthost: mail"),
    "am.yml:6:16: \"smarthost\" in email config must be host:port, not \"mail\""
  ),
  (
    receiver("email_configs", "to: a@b\nsmarthost: m:25"),
    "am.yml:5:5: receiver \"a\": no sender; set from here, or smtp_from globally"
  ),
  (
    receiver(
      "email_configs", "to: a@b\nfrom: c@d\nsmarthost: m:25\nheaders: {Subject: x, subject: y}"),
    "am.yml:8:27: header \"subject\" is given twice; names of headers do not differ by case"
  ),
  (
    receiver("email_configs", "to: a@b\nfrom: c@d\nsmarthost: m:25\nhtml: '{{ end }}'"),
    "am.yml:8:12: html: unexpected {{end}}: no block is open"
  ),
  (
    receiver("webhook_configs", "max_alerts: 1"),
    "am.yml:5:5: \"url\" is missing in webhook config; set url or url_file"
  ),
  (
    receiver("webhook_configs", "url: http://x\nmax_alerts: -1"),
    "am.yml:6:17: \"max_alerts\" in webhook config must be at least 0, not -1"
  ),
  (
    receiver("webhook_configs", "url: http://x\nhttp_config: {oauth2: {client_id: x}}"),
    "am.yml:6:19: \"oauth2\" in http_config is not supported yet; remove it"
  ),
  (
    receiver("webhook_configs", "url: http://x/{{ .Receiver }}"),
    "am.yml:5:10: templates in \"url\" are not supported yet; write the whole URL"
  ),
  (
    file("receivers: [{name: a}]\nglobal: {pagerduty_url: http://x}"),
    "am.yml:3:10: \"pagerduty_url\" in global is not supported yet; remove it"
  ),
  (
    file(
      "receivers: [{name: a}]\ntime_intervals:\n- name: n\n  time_intervals:\n  - weekdays: ['monday:sunday']"
    ),
    "am.yml:6:16: \"monday:sunday\": the start is after the end; write two entries"
  ),
  (
    file(
      "receivers: [{name: a}]\ntime_intervals:\n- name: n\n  time_intervals:\n  - location: Mars/Phobos"
    ),
    "am.yml:6:15: unknown location \"Mars/Phobos\"; write a zone as Europe/Berlin, UTC or Local"
  ),
  (
    file("receivers: [{name: a}]\ntime_intervals:\n- name: n\n- name: n"),
    "am.yml:5:9: time interval name \"n\" is used twice, first in line 4; names must be unique"
  ),
  (
    file("receivers: [{name: a}]\ntemplates: [none.tmpl]"),
    "am.yml:3:13: the template file \"none.tmpl\" does not exist"
  ),
  (
    file("receivers: [{name: a}]\ninhibit_rules: [{source_matchers: ['a='], equals: [x]}]"),
    "am.yml:3:43: unknown key \"equals\" in inhibit rule; did you mean \"equal\"?"
  ),
])
func invalidAlertmanagerFilesAreRefused(text: String, expected: String) {
  #expect(errors(text).last == expected)
}

@Test func decodesAFullAlertmanagerFile() throws {
  let diagnostics = ConfigDiagnostics()
  let text = """
    global:
      resolve_timeout: 10m
      smtp_from: tocsin@x
      smtp_smarthost: mail:587
      smtp_auth_username: u
      smtp_auth_password_file: secrets/mail
      slack_api_url: https://hooks.slack.com/T/B/secret
      http_config: {follow_redirects: false}
    route:
      receiver: team
      group_by: [alertname, cluster]
      group_wait: 10s
      routes:
      - matchers: ['severity="page"', '{team=~"a|b",zone!=""}']
        receiver: pager
        continue: true
        group_by: ['...']
        mute_time_intervals: [weekend]
        routes:
        - match: {a: b}
          match_re: {c: d.*}
          repeat_interval: 1d
          group_by: []
    receivers:
    - name: team
      slack_configs:
      - channel: '#ops'
        title: '{{ .CommonLabels.alertname | toUpper }}'
        send_resolved: true
        fields: [{title: a, value: b, short: true}]
        actions: [{type: button, text: go, url: 'http://x', confirm: {text: sure}}]
      email_configs:
      - to: a@x, b@x
        require_tls: false
        headers: {Subject: 'x {{ .Status }}'}
        threading: {enabled: true}
    - name: pager
      webhook_configs:
      - url_file: secrets/hook
        max_alerts: 5
        timeout: 3s
        http_config:
          authorization: {credentials_file: secrets/token}
          http_headers: {X-A: {secrets: [s]}}
    inhibit_rules:
    - name: n
      source_matchers: [severity=page]
      target_match: {severity: warn}
      equal: [cluster]
    time_intervals:
    - name: weekend
      time_intervals:
      - weekdays: [saturday, sunday]
        times: [{start_time: 08:00, end_time: '24:00'}]
        days_of_month: ['1:7', '-1']
        months: [may, 7]
        years: ['2024:2026']
        location: Europe/Berlin
    """
  let configuration = AlertmanagerConfiguration.decode(
    ConfigSource(text: text, file: "/etc/am/am.yml"), into: diagnostics)
  #expect(diagnostics.errors.map(\.description) == [])
  let result = try #require(configuration)
  #expect(result.resolveTimeout == .minutes(10))
  #expect(result.route.groupBy == .labels(["alertname", "cluster"]))
  let child = try #require(result.route.routes.first)
  #expect(child.matchers.map(\.name) == ["severity", "team", "zone"])
  #expect(child.groupBy == .all)
  #expect(child.continues)
  let grandchild = try #require(child.routes.first)
  #expect(grandchild.groupBy == .labels([]))
  #expect(grandchild.repeatInterval == .hours(24))
  #expect(grandchild.matchers.map(\.operation) == [.equal, .matches])
  #expect(result.receivers.map(\.name) == ["team", "pager"])
  let slack = try #require(result.receivers[0].integrations[0].settings as? SlackSettings)
  let email = try #require(result.receivers[0].integrations[1].settings as? EmailSettings)
  let webhook = try #require(result.receivers[1].integrations[0].settings as? WebhookSettings)
  #expect(slack.texts.channel == "#ops")
  #expect(slack.apiURL == .inline("https://hooks.slack.com/T/B/secret"))
  #expect(slack.texts.fields.first?.short == true)
  #expect(slack.texts.actions.first?.confirm?.text == "sure")
  #expect(!slack.http.followsRedirects)
  #expect(result.receivers[0].integrations.map(\.sendResolved) == [true, false])
  #expect(email.server.smarthost?.description == "mail:587")
  #expect(email.texts.from == "tocsin@x")
  #expect(!email.server.requireTLS)
  #expect(email.server.authPassword == .file("/etc/am/secrets/mail"))
  #expect(email.threading == .daily)
  #expect(webhook.url == .file("/etc/am/secrets/hook"))
  #expect(webhook.maxAlerts == 5)
  #expect(
    webhook.http.authorization
      == .scheme("Bearer", credentials: .file("/etc/am/secrets/token")))
  #expect(webhook.http.headers.first?.value == .inline("s"))
  #expect(result.inhibitRules.first?.equal == ["cluster"])
  #expect(result.timeIntervals.first?.spans.first?.months == [5...5, 7...7])
  #expect(!"\(result)".contains("hooks.slack.com"))
}

@Test func oldMatchersGiveAWarning() {
  let diagnostics = ConfigDiagnostics()
  let text = route("receiver: a\nroutes:\n- matchers: ['a=b c']")
  _ = AlertmanagerConfiguration.decode(
    ConfigSource(text: text, file: "am.yml"), into: diagnostics)
  #expect(diagnostics.isEmpty)
  #expect(diagnostics.warnings.first?.description.hasPrefix("am.yml:5:16: matchers a=b c") == true)
}

@Test func templateFilesAreReadAndChecked() throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let texts = [
    "am.yml": file("receivers: [{name: a}]\ntemplates: ['*.tmpl', 'none*']"),
    "a.tmpl": "{{ define \"x\" }}y{{ end }}", "b.tmpl": "\n{{ nope }}",
  ]
  for (name, text) in texts {
    try Data(text.utf8).write(to: folder.appendingPathComponent(name))
  }
  let diagnostics = ConfigDiagnostics()
  let path = folder.appendingPathComponent("am.yml").path
  #expect(AlertmanagerConfiguration.load(path: path, into: diagnostics) == nil)
  #expect(
    diagnostics.errors.map(\.description)
      == ["\(folder.path)/b.tmpl:2:4: function \"nope\" is not defined"])
  try FileManager.default.removeItem(at: folder.appendingPathComponent("b.tmpl"))
  let good = AlertmanagerConfiguration.load(path: path, into: ConfigDiagnostics())
  #expect(good?.templates.map(\.text) == ["{{ define \"x\" }}y{{ end }}"])
}
