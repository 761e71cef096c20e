/// A mail server that takes messages: Alertmanager's `smarthost` and what belongs to it.
package struct SMTPServer: Sendable {
  /// How the connection is encrypted.
  package enum Security: Hashable, Sendable {
    /// Not at all.
    case plain
    /// Begins in plain text and must change to TLS (`require_tls: true`, port 587).
    case startTLS
    /// TLS from the first byte (port 465).
    case implicitTLS
  }

  package var host: String
  package var port: Int
  package var security: Security
  /// Nil for servers that ask for no login.
  package var username: String?
  package var password: String?
  /// The name that this side greets with (`hello`).
  package var helloName = "localhost"
  package var tls = TLSOptions()
  /// The time for the whole delivery of one message.
  package var timeout: Duration = .seconds(30)
  /// Sends user name and password without TLS to hosts other than this one.
  package var allowsUnencryptedLogin = false

  package init(
    host: String, port: Int, security: Security = .startTLS, username: String? = nil,
    password: String? = nil
  ) {
    self.host = host
    self.port = port
    self.security = security
    self.username = username
    self.password = password
  }

  /// `smtp://host:port`, for messages.
  package var origin: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return "\(security == .implicitTLS ? "smtps" : "smtp")://\(name):\(port)"
  }
}
