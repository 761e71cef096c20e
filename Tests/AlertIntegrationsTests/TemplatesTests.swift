import AlertRouting
import MetricModel
import Testing

@testable import AlertIntegrations

@Suite struct NotificationTemplatesTests {
  private func render(
    _ text: String, _ notification: AlertNotification = Samples.firing
  ) throws -> String {
    let templates = try NotificationTemplates(externalURL: "http://tocsin:9931")
    return try templates.renderer(for: notification)
      .text(templates.template(text, name: "test"))
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
    ("{{ (index .Alerts 0).StartsAt | tz \"Europe/Berlin\" | date \"15:04 MST\" }}", "08:50 CET"),
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
  func data(template: String, text: String) throws {
    #expect(try render(template, Samples.mixed) == text)
  }

  @Test func subjects() throws {
    #expect(try render("{{ template \"__subject\" . }}") == "[FIRING:2] DiskFull (node page)")
    #expect(
      try render("{{ template \"__subject\" . }}", Samples.resolved)
        == "[RESOLVED] DiskFull (a:9100 node page)")
  }

  @Test func routeLabelsAreTemplates() throws {
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
