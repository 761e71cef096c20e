import Synchronization
import WebServer

/// A real HTTP server that records notifications, and refuses what the real services refuse.
final class MessageReceiver: Sendable {
  /// One message that was accepted.
  struct Message: Sendable {
    let headers: HTTPHeaders
    let body: [UInt8]

    func json() throws -> JSON { try JSON(body) }
  }

  private struct Received: Sendable {
    var webhook: [Message] = []
    var slack: [Message] = []
    var refusals: [String] = []
  }

  private final class Records: Sendable {
    let received = Mutex(Received())
  }

  /// The path of the Slack webhook; a secret, like a real one.
  static let slackPath = "/services/T0/B0/secret"

  let port: Int
  private let server: HTTPServer
  private let records: Records

  /// Listens on a port; 0 takes a free one.
  init(port: Int = 0) throws {
    let records = Records()
    var router = Router()
    router.post("/webhook") { request in
      if let reason = WebhookContract.refusal(of: request) {
        records.received.withLock { $0.refusals.append(reason) }
        return .text(reason, status: 400)
      }
      let message = Message(headers: request.headers, body: request.body)
      records.received.withLock { $0.webhook.append(message) }
      return .text("")
    }
    router.post(Self.slackPath) { request in
      if let reason = SlackContract.refusal(of: request) {
        records.received.withLock { $0.refusals.append(reason) }
        return .text(reason, status: 400)
      }
      let message = Message(headers: request.headers, body: request.body)
      records.received.withLock { $0.slack.append(message) }
      return .text("ok")
    }
    self.records = records
    server = try HTTPServer.start(on: ListenAddress(host: "127.0.0.1", port: port), router: router)
    self.port = server.boundPort
  }

  /// Messages to `/webhook`.
  var webhook: [Message] { records.received.withLock { $0.webhook } }
  /// Messages to the Slack webhook.
  var slack: [Message] { records.received.withLock { $0.slack } }
  /// Why messages were refused.
  var refusals: [String] { records.received.withLock { $0.refusals } }

  func stop() async { await server.stop() }
}

/// The fields that receivers of Alertmanager's webhook rely on.
enum WebhookContract {
  static func refusal(of request: HTTPRequest) -> String? {
    guard request.headers["Content-Type"]?.hasPrefix("application/json") == true else {
      return "Content-Type is not application/json"
    }
    guard let json = try? JSON(request.body) else { return "the body is no JSON" }
    guard json["version"].string == "4" else { return "version is not \"4\"" }
    for key in ["groupKey", "receiver", "status", "externalURL"] where json[key].string == nil {
      return "\(key) is missing"
    }
    for key in ["groupLabels", "commonLabels", "commonAnnotations"]
    where json[key].value as? [String: String] == nil {
      return "\(key) is no map of strings"
    }
    guard json["truncatedAlerts"].number != nil else { return "truncatedAlerts is missing" }
    guard !json["alerts"].array.isEmpty else { return "alerts are missing" }
    for alert in json["alerts"].array {
      for key in ["status", "startsAt", "endsAt", "generatorURL", "fingerprint"]
      where alert[key].string == nil {
        return "alerts[].\(key) is missing"
      }
      guard alert["fingerprint"].string?.count == 16 else { return "a fingerprint has 16 digits" }
    }
    return nil
  }
}

/// Messages that Slack's incoming webhooks refuse.
enum SlackContract {
  static func refusal(of request: HTTPRequest) -> String? {
    guard request.headers["Content-Type"]?.hasPrefix("application/json") == true,
      let json = try? JSON(request.body), json.value is [String: Any]
    else { return "invalid_payload" }
    let attachments = json["attachments"].array
    let hasText = json["text"].string?.isEmpty == false
    guard hasText || !attachments.isEmpty else { return "no_text" }
    guard attachments.count <= 100 else { return "too_many_attachments" }
    let texts = ["title", "text", "pretext", "fallback"]
    for attachment in attachments {
      let isEmpty = texts.allSatisfy { attachment[$0].string?.isEmpty != false }
      if isEmpty { return "no_text" }
    }
    return nil
  }
}
