import AlertRouting
import Configuration
import Foundation
import TextTemplates
import WebClient

/// Posts one attachment to an incoming webhook of Slack, or of a chat that understands Slack's
/// format.
struct SlackNotifier: HTTPNotifier {
  let client: NotifierClient
  private let settings: SlackSettings
  private let url: Secret
  private let templates: NotificationTemplates
  private let texts: SlackTexts<Template>

  init(_ settings: SlackSettings, tools: NotifierTools) throws {
    guard let url = settings.apiURL else { throw SettingError(description: "no api_url") }
    self.settings = settings
    self.url = url
    client = tools.client(settings.http, timeout: settings.timeout)
    templates = tools.templates
    texts = try settings.texts.map(templates.parse)
  }

  func message(_ notification: AlertNotification) throws(TemplateError) -> RenderedMessage {
    let renderer = templates.renderer(for: notification)
    let message = SlackMessage(settings: settings, texts: try texts.map(renderer.text))
    return RenderedMessage(body: message.json)
  }

  func plainMessage(
    _ notification: AlertNotification, because error: TemplateError
  ) -> RenderedMessage? {
    RenderedMessage(body: SlackMessage.plain(notification, because: error))
  }

  func request(_ message: RenderedMessage) async throws(NotifyError) -> NotifierRequest {
    .json(message.body, to: url, contentType: "application/json; charset=utf-8")
  }

  /// Slack answers `ok`, or JSON with `"ok": true`; anything else is an error that another try does
  /// not fix.
  func check(_ response: WebResponse) throws(NotifyError) {
    let type = response.headers["Content-Type"] ?? ""
    guard type.hasPrefix("application/json") else {
      let text = response.text.trimmingCharacters(in: .whitespacesAndNewlines)
      guard text == "ok" else { throw Self.refusal(response, text) }
      return
    }
    struct Answer: Decodable {
      let ok: Bool
      let error: String?
    }
    guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(response.body)) else {
      throw Self.refusal(response, response.text)
    }
    guard answer.ok else { throw Self.refusal(response, answer.error ?? "no reason given") }
  }

  private static func refusal(_ response: WebResponse, _ text: String) -> NotifyError {
    .permanent(
      "\(response.effectiveOrigin) did not take the message: \(NotifierClient.printable(text))",
      .clientError)
  }
}
