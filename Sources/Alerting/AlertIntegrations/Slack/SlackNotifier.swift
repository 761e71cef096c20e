import AlertRouting
import Foundation
import MetricModel
import TextTemplates
import WebClient

/// Posts one attachment to an incoming webhook of Slack, or of a chat that understands Slack's form (SL1-SL7).
struct SlackNotifier: Notifier {
  private let settings: SlackSettings
  private let endpoint: HTTPEndpoint
  private let texts: TextFields

  init(_ settings: SlackSettings, tools: IntegrationTools) throws {
    guard let url = settings.apiURL else { throw SettingError(description: "no api_url") }
    self.settings = settings
    endpoint = tools.endpoint(url, settings.http, timeout: settings.timeout)
    texts = try SlackMessage.fields(settings, TextFields(tools.templates))
  }

  func render(_ notification: AlertNotification) throws(NotifyError) -> RenderedMessage {
    let message = SlackMessage(settings: settings, texts: texts, notification: notification)
    do {
      return RenderedMessage(body: try message.json())
    } catch {
      return RenderedMessage(body: message.plain(because: error))
    }
  }

  func deliver(_ message: RenderedMessage) async throws(NotifyError) {
    let response = try await endpoint.post(
      message.body, headers: [("Content-Type", "application/json; charset=utf-8")])
    try Self.check(response)
  }

  /// Slack says `ok`; anything else with a 2xx status is an error that a new try does not mend (SL3).
  static func check(_ response: WebResponse) throws(NotifyError) {
    let type = response.headers["Content-Type"] ?? ""
    guard type.hasPrefix("application/json") else {
      let text = response.text.trimmingCharacters(in: .whitespacesAndNewlines)
      guard text == "ok" else { throw refusal(response, text) }
      return
    }
    struct Answer: Decodable {
      let ok: Bool
      let error: String?
    }
    guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(response.body)) else {
      throw refusal(response, response.text)
    }
    guard answer.ok else { throw refusal(response, answer.error ?? "no reason given") }
  }

  private static func refusal(_ response: WebResponse, _ text: String) -> NotifyError {
    .permanent(
      "\(response.effectiveOrigin) did not take the message: \(HTTPEndpoint.printable(text))",
      .clientError)
  }
}
