import AlertRouting
import MetricModel

/// Posts Alertmanager's JSON to any URL (W1-W4).
///
/// Every try of a message carries the same `Idempotency-Key`, so that a receiver can tell a repeat from a new message.
struct WebhookNotifier: Notifier {
  private let settings: WebhookSettings
  private let endpoint: HTTPEndpoint
  private let externalURL: String

  init(_ settings: WebhookSettings, tools: IntegrationTools) {
    self.settings = settings
    endpoint = tools.endpoint(settings.url, settings.http, timeout: settings.timeout)
    externalURL = tools.templates.externalURL
  }

  func render(_ notification: AlertNotification) throws(NotifyError) -> RenderedMessage {
    let payload = WebhookPayload(
      notification: notification, externalURL: externalURL, maxAlerts: settings.maxAlerts)
    return RenderedMessage(body: payload.json)
  }

  func deliver(_ message: RenderedMessage) async throws(NotifyError) {
    var headers = [("Content-Type", "application/json"), ("Idempotency-Key", message.id)]
    if let signature = settings.signature {
      headers += try signed(message.body, signature)
    }
    _ = try await endpoint.post(message.body, headers: headers)
  }

  private func signed(
    _ body: [UInt8], _ signature: WebhookSignature
  ) throws(NotifyError) -> [(String, String)] {
    let key: String
    do {
      key = try signature.secret.reveal()
    } catch {
      throw .retryable(error.description)
    }
    var headers: [(String, String)] = []
    var text = body
    if let timestampHeader = signature.timestampHeader {
      let seconds = String(endpoint.now().rawValue / 1000)
      headers.append((timestampHeader, seconds))
      text = Array("\(seconds):".utf8) + body
    }
    let digest = SHA256.authenticate(text, key: Array(key.utf8))
    return headers + [(signature.header, SHA256.hex(digest))]
  }
}
