import Configuration
import WebClient

/// One request of a notifier, without what all requests of its integration share.
struct NotifierRequest: Sendable {
  var method = WebRequest.Method.post
  /// The whole URL, which is never shown.
  var url: Secret
  /// The headers of the service; those of `http_config` win over them.
  var headers: [(name: String, value: String)]
  var body: [UInt8]

  /// A `POST` of a JSON text.
  static func json(
    _ body: [UInt8], to url: Secret, contentType: String = "application/json",
    headers: [(name: String, value: String)] = []
  ) -> NotifierRequest {
    NotifierRequest(url: url, headers: [("Content-Type", contentType)] + headers, body: body)
  }
}
