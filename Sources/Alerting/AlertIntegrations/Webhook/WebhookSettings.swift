import AlertRouting
import Configuration
import MetricModel

/// `webhook_configs`: Alertmanager's JSON to any URL.
struct WebhookSettings: NotifierSettings {
  static let kind = "webhook"
  static let sendsResolvedByDefault = true

  /// `url(_file)`, which is never shown. Templates in it are refused.
  var url: Secret
  /// `max_alerts`: the most alerts in one message; 0 is no limit.
  var maxAlerts = 0
  /// `timeout` of one call; `nil` is ``NotifierClient/defaultTimeout``.
  var timeout: Duration?
  /// `http_config`
  var http = HTTPClientConfiguration()
  /// Signs the body for the receiver. No key of an `alertmanager.yml` sets it.
  var signature: WebhookSignature?

  init(url: Secret) { self.url = url }

  func makeNotifier(_ tools: NotifierTools) -> any Notifier {
    WebhookNotifier(self, tools: tools)
  }
}

/// A header with the hexadecimal HMAC-SHA256 of the body, or of `<unix seconds>:<body>` when a
/// timestamp header is named.
struct WebhookSignature: Sendable {
  /// The shared key.
  var secret: Secret
  /// The header of the signature.
  var header = "X-Grafana-Alerting-Signature"
  /// The header of the time that is signed with the body; `nil` signs the body alone.
  var timestampHeader: String?

  init(secret: Secret) { self.secret = secret }
}
