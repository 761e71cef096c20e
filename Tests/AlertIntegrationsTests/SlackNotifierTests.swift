import AlertRouting
import Configuration
import Foundation
import MetricModel
import Testing

@testable import AlertIntegrations

@Suite struct SlackNotifierTests {
  private func make(
    _ url: Secret = .inline("http://unused"), templates: [TemplateFile] = [],
    _ change: (inout SlackSettings) -> Void = { _ in }
  ) throws -> any Notifier {
    var settings = SlackSettings()
    settings.apiURL = url
    change(&settings)
    return try Samples.notifier(settings, templates: templates)
  }

  @Test func allFields() throws {
    let notifier = try make { settings in
      settings.texts.channel = "#{{ .GroupLabels.alertname | toLower }}"
      settings.texts.messageText = "hello"
      settings.linkNames = true
      settings.shortFields = true
      settings.texts.fields = [
        SlackField(title: "severity", value: "{{ .CommonLabels.severity }}"),
        SlackField(title: "long", value: "x", short: false),
      ]
      var action = SlackAction<String>(type: "button", text: "Open")
      action.url = "{{ .ExternalURL }}"
      action.confirm = SlackConfirmation(text: "sure?", title: "", okText: "", dismissText: "")
      settings.texts.actions = [action]
    }
    try expectGolden(notifier.render(Samples.firing).body, "slack-all.json")
  }

  @Test func longTitlesAreCut() throws {
    let notifier = try make { $0.texts.title = String(repeating: "ä", count: 2000) }
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
  func onlyOkIsSuccess(body: String, type: String, isSuccess: Bool) async throws {
    let server = try await HookServer.start()
    try server.answer(200, body, headers: ["Content-Type": type])
    let notifier = try make(.inline("http://127.0.0.1:\(server.port)/services/T/B/x"))
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

  @Test func definitionsOfTheUserWin() throws {
    let own = TemplateFile(
      path: "own.tmpl", text: #"{{ define "slack.default.title" }}mine: {{ .Status }}{{ end }}"#)
    let body = String(
      decoding: try make(templates: [own]).render(Samples.firing).body, as: UTF8.self)
    #expect(body.contains(#""title":"mine: firing""#))
  }

  @Test func aFailingTemplateStillSendsThePlainMessage() throws {
    let notifier = try make { $0.texts.text = #"{{ index .Alerts 99 }}"# }
    let body = String(decoding: try notifier.render(Samples.firing).body, as: UTF8.self)
    #expect(body.contains("[FIRING:2]"))
    #expect(body.contains("plain because of an error"))
  }

  @Test func faultyTemplatesAreFoundAtLoadTime() {
    #expect(throws: IntegrationError.self) { try make { $0.texts.title = "{{ nofunc }}" } }
    #expect(throws: IntegrationError.self) { try make { $0.texts.title = "{{ .Status " } }
  }
}
