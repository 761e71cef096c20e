import AlertIntegrations
import AlertRouting
import Foundation
import MetricModel
import Testing

@Suite struct SlackNotifierTests {
  private func make(
    _ url: Secret = .text("http://unused"), templates: [TemplateSource] = [],
    _ change: (inout SlackSettings) -> Void = { _ in }
  ) throws -> any Notifier {
    var settings = SlackSettings()
    settings.apiURL = url
    change(&settings)
    return try Samples.notifier(.slack(settings), templates: templates)
  }

  @Test func contract() async throws {
    try await expectNotifierContract { try make($0) }
  }

  @Test func sl1_bodies() throws {
    try expectGolden(make().render(Samples.firing).body, "slack-firing.json")
    try expectGolden(make().render(Samples.resolved).body, "slack-resolved.json")
    try expectGolden(make().render(Samples.mixed).body, "slack-mixed.json")
  }

  @Test func sl1_allFields() throws {
    let notifier = try make { settings in
      settings.channel = "#{{ .GroupLabels.alertname | toLower }}"
      settings.messageText = "hello"
      settings.linkNames = true
      settings.shortFields = true
      settings.fields = [
        SlackField(title: "severity", value: "{{ .CommonLabels.severity }}"),
        SlackField(title: "long", value: "x", short: false),
      ]
      var action = SlackAction(type: "button", text: "Open")
      action.url = "{{ .ExternalURL }}"
      action.confirm = SlackConfirmation(text: "sure?")
      settings.actions = [action]
    }
    try expectGolden(notifier.render(Samples.firing).body, "slack-all.json")
  }

  @Test func sl2_longTitlesAreCut() throws {
    let notifier = try make { $0.title = String(repeating: "ä", count: 2000) }
    let body = try #require(
      try JSONSerialization.jsonObject(with: Data(notifier.render(Samples.firing).body))
        as? [String: Any])
    let attachment = try #require((body["attachments"] as? [[String: Any]])?.first)
    let title = try #require(attachment["title"] as? String)
    #expect(title.unicodeScalars.count == 1024 && title.hasSuffix("ä…"))
  }

  @Test(arguments: [
    ("ok", "text/plain", true), ("ok\n", "text/plain; charset=utf-8", true),
    ("no_text", "text/plain", false), ("", "text/plain", false),
    (#"{"ok":true}"#, "application/json", true),
    (#"{"ok":false,"error":"channel_not_found"}"#, "application/json; charset=utf-8", false),
    ("<html>", "application/json", false),
  ])
  func sl3_onlyOkIsSuccess(body: String, type: String, isSuccess: Bool) async throws {
    let server = try await HookServer.start()
    try server.answer(200, body, headers: ["Content-Type": type])
    let notifier = try make(.text("http://127.0.0.1:\(server.port)/services/T/B/x"))
    let error = await failure(of: notifier, try notifier.render(Samples.firing))
    if isSuccess {
      #expect(error == nil)
    } else {
      guard case .permanent = error else {
        Issue.record("\(String(describing: error)) is not final")
        return
      }
      if body.contains("channel") {
        #expect(error?.description.contains("channel_not_found") == true)
      }
    }
  }

  @Test func tp5_usersDefinitionsWin() throws {
    let own = TemplateSource(
      path: "own.tmpl", text: #"{{ define "slack.default.title" }}mine: {{ .Status }}{{ end }}"#)
    let body = String(
      decoding: try make(templates: [own]).render(Samples.firing).body, as: UTF8.self)
    #expect(body.contains(#""title":"mine: firing""#))
  }

  @Test func tp5_aFailingTemplateCostsTheFormNotTheMessage() throws {
    let notifier = try make { $0.text = #"{{ index .Alerts 99 }}"# }
    let body = String(decoding: try notifier.render(Samples.firing).body, as: UTF8.self)
    #expect(body.contains("[FIRING:2]"))
    #expect(body.contains("plain because of an error"))
  }

  @Test func faultyTemplatesAreFoundAtLoadTime() {
    #expect(throws: IntegrationError.self) { try make { $0.title = "{{ nofunc }}" } }
    #expect(throws: IntegrationError.self) { try make { $0.title = "{{ .Status " } }
  }
}
