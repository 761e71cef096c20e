package import TransportSecurity

/// A mail server and how to deliver to it: Alertmanager's `smarthost` and related settings.
package struct SMTPServer: Sendable {
  /// How the connection is encrypted.
  package enum Security: Hashable, Sendable {
    /// No encryption.
    case plain
    /// Starts in plain text and must switch to TLS (`require_tls: true`, port 587).
    case startTLS
    /// TLS from the first byte (port 465).
    case implicitTLS
  }

  /// A host name or a numeric address.
  package var host: String
  /// The TCP port.
  package var port: Int
  /// The encryption of the connection.
  package var security: Security
  /// The user name; nil for servers without authentication.
  package var username: String?
  /// The password of `username`.
  package var password: String?
  /// The name of the client in the EHLO command (`hello`).
  package var helloName = "localhost"
  /// The TLS settings, for connections that use TLS.
  package var tls = TLSConfiguration()
  /// The time limit for the whole delivery of one message.
  package var timeout: Duration = .seconds(30)
  /// Whether user name and password may be sent without TLS to hosts other than the local one.
  package var allowsUnencryptedLogin = false

  /// Creates settings for a mail server.
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

  /// `smtp://host:port`, for error messages.
  package var origin: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return "\(security == .implicitTLS ? "smtps" : "smtp")://\(name):\(port)"
  }
}
