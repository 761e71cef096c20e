import AlertIntegrations
import AlertRouting
import MetricModel
import Testing

@testable import AlertIntegrations

@Suite struct NotificationTemplatesTests {
  private func render(
    _ text: String, _ notification: AlertNotification = Samples.firing
  ) throws -> String {
    let templates = try NotificationTemplates(externalURL: "http://tocsin:9931")
    return try templates.render(templates.template(text, name: "test"), notification)
  }

  @Test(arguments: [
    ("{{ .Receiver }}", #"team-x\.mail"#),
    ("{{ .Status }} {{ .NotificationReason }}", "firing first notification"),
    ("{{ len .Alerts }} {{ len .Alerts.Firing }} {{ len .Alerts.Resolved }}", "2 1 1"),
    ("{{ .GroupLabels.alertname }} {{ .CommonLabels.severity }}", "DiskFull page"),
    ("{{ .CommonAnnotations.summary }}", "disk nearly full"),
    ("{{ .RouteLabels.team }} {{ .ExternalURL }}", "x http://tocsin:9931"),
    ("{{ (index .Alerts 0).StartsAt.Format \"15:04\" }}", "07:50"),
    ("{{ (index .Alerts 0).EndsAt.IsZero }} {{ (index .Alerts 1).EndsAt.IsZero }}", "true false"),
    ("{{ (index .Alerts 0).StartsAt | tz \"Europe/Berlin\" | date \"15:04 MST\" }}", "08:50 GMT+1"),
    (
      "{{ (.CommonLabels.Remove .GroupLabels.Names).SortedPairs.Values | join \",\" }}", "node,page"
    ),
    (
      "{{ range .CommonLabels.SortedPairs }}{{ .Name }}={{ .Value }} {{ end }}",
      "alertname=DiskFull job=node severity=page "
    ),
    ("{{ template \"__subject\" . }}", "[FIRING:1] DiskFull (node page)"),
    ("{{ template \"__alertmanagerURL\" . }}", "http://tocsin:9931/alerts"),
  ])
  func tp1_tp2_data(template: String, text: String) throws {
    #expect(try render(template, Samples.mixed) == text)
  }

  @Test func tp3_subjects() throws {
    #expect(try render("{{ template \"__subject\" . }}") == "[FIRING:2] DiskFull (node page)")
    #expect(
      try render("{{ template \"__subject\" . }}", Samples.resolved)
        == "[RESOLVED] DiskFull (a:9100 node page)")
  }

  @Test func tr8_routeLabelsAreTemplates() throws {
    let templates = try NotificationTemplates()
    let labels = templates.expandRouteLabels(
      ["team": "x", "what": "{{ .GroupLabels.alertname }}", "bad": "{{ index .Alerts 9 }}"],
      Samples.firing)
    #expect(labels["team"] == "x" && labels["what"] == "DiskFull")
    #expect(labels["bad"]?.hasPrefix("<error expanding template:") == true)
  }

  @Test(arguments: [
    ("17", Duration.seconds(17)), ("0", .zero),
    ("Fri, 21 Nov 2025 08:01:00 GMT", .seconds(60)), ("Fri, 21 Nov 2025 07:00:00 GMT", .zero),
  ])
  func retryAfterForms(text: String, wait: Duration) {
    #expect(RetryAfter.duration(text, now: Samples.now) == wait)
  }

  @Test(arguments: ["", "-1", "soon", "Fri, 99 Nov 2025 08:01:00 GMT", "1.5"])
  func otherRetryAfterFormsAreIgnored(text: String) {
    #expect(RetryAfter.duration(text, now: Samples.now) == nil)
  }
}

@Suite struct DigestTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func sha256(text: String, digest: String) {
    #expect(SHA256.hex(SHA256.digest(Array(text.utf8))) == digest)
  }

  @Test func longMessagesAndKeys() {
    let million = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    #expect(
      SHA256.hex(SHA256.digest(million))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    // RFC 4231, case 6.
    let code = SHA256.authenticate(
      Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
      key: [UInt8](repeating: 0xaa, count: 131))
    #expect(SHA256.hex(code) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
  }
}
