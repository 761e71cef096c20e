package import MetricModel

/// The `global` section: defaults that receivers take over when they say nothing themselves (CF2).
package struct GlobalSettings: Sendable, Hashable {
  /// After what time an alert that was sent without an end counts as ended.
  package var resolveTimeout = PrometheusDuration.minutes(5)
  /// `smtp_from`
  package var smtpFrom: String?
  /// `smtp_smarthost`
  package var smtpSmarthost: HostPort?
  /// `smtp_hello`
  package var smtpHello = "localhost"
  /// `smtp_auth_username`
  package var smtpAuthUsername: String?
  /// `smtp_auth_password(_file)`
  package var smtpAuthPassword: Secret?
  /// `smtp_auth_identity`
  package var smtpAuthIdentity: String?
  /// `smtp_auth_secret(_file)`
  package var smtpAuthSecret: Secret?
  /// `smtp_require_tls`
  package var smtpRequireTLS = true
  /// `smtp_force_implicit_tls`
  package var smtpForceImplicitTLS: Bool?
  /// `smtp_tls_config`
  package var smtpTLS = TLSSettings()
  /// `slack_api_url(_file)`
  package var slackAPIURL: Secret?
  /// `http_config`
  package var http = HTTPSettings()

  package init() {}
}

/// `host:port` of a mail server.
package struct HostPort: Sendable, Hashable, CustomStringConvertible {
  package var host: String
  package var port: String

  package init(host: String, port: String) {
    self.host = host
    self.port = port
  }

  /// Reads `host:port` or `[v6 address]:port`; nil if a part is missing.
  package init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    var host = text[..<colon]
    let port = text[text.index(after: colon)...]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty, !port.isEmpty else { return nil }
    self.init(host: String(host), port: String(port))
  }

  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
