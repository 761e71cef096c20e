import AlertRouting
import Codecs
import MetricModel

/// Posts Alertmanager's JSON to any URL.
///
/// Every attempt to send a message has the same `Idempotency-Key`, by which a receiver recognises
/// repetitions.
struct WebhookNotifier: HTTPNotifier {
  let client: NotifierClient
  private let settings: WebhookSettings
  private let externalURL: String

  init(_ settings: WebhookSettings, tools: NotifierTools) {
    self.settings = settings
    client = tools.client(settings.http, timeout: settings.timeout)
    externalURL = tools.templates.externalURL
  }

  func message(_ notification: AlertNotification) -> RenderedMessage {
    let payload = WebhookPayload(
      notification: notification, externalURL: externalURL, maxAlerts: settings.maxAlerts)
    return RenderedMessage(body: payload.json)
  }

  func request(_ message: RenderedMessage) async throws(NotifyError) -> NotifierRequest {
    var headers = [(name: "Idempotency-Key", value: message.id)]
    if let signature = settings.signature {
      headers += try await sign(message.body, signature)
    }
    return .json(message.body, to: settings.url, headers: headers)
  }

  private func sign(
    _ body: [UInt8], _ signature: WebhookSignature
  ) async throws(NotifyError) -> [(name: String, value: String)] {
    let key = try await client.reveal(signature.secret)
    var headers: [(name: String, value: String)] = []
    var text = body
    if let timestampHeader = signature.timestampHeader {
      let seconds = String(client.now().rawValue / 1000)
      headers.append((timestampHeader, seconds))
      text = Array("\(seconds):".utf8) + body
    }
    let digest = Digest.hmacSHA256(text, key: Array(key.utf8))
    return headers + [(signature.header, Hexadecimal.text(digest))]
  }
}
