package import MetricModel

/// `webhook_configs` (W4).
package struct WebhookSettings: Sendable, Hashable {
  /// `url(_file)`: never shown. Templates in it are refused.
  package var url: Secret
  /// The most alerts in one message; 0 is no limit (W3).
  package var maxAlerts = 0
  /// `timeout` of one call; nil is ``HTTPSettings/defaultTimeout``.
  package var timeout: PrometheusDuration?
  /// `http_config`; nil takes the global one.
  package var http: HTTPSettings?
  /// Signs the body for the receiver; an extension that stands in a file of ours.
  package var signature: WebhookSignature?

  package init(url: Secret) { self.url = url }
}

/// A header with the hexadecimal HMAC-SHA256 of the body, or of `<unix seconds>:<body>` when a timestamp header is named (W4).
package struct WebhookSignature: Sendable, Hashable {
  /// The shared key.
  package var secret: Secret
  /// The header of the signature.
  package var header = "X-Grafana-Alerting-Signature"
  /// The header of the time that is signed with the body; nil signs the body alone.
  package var timestampHeader: String?

  package init(secret: Secret) { self.secret = secret }
}
