import AlertRouting
import Configuration
import TransportSecurity

/// `email_configs`: mail over SMTP.
struct EmailSettings: NotifierSettings {
  static let kind = "email"
  static let sendsResolvedByDefault = false

  /// The texts, which are templates.
  var texts = EmailTexts.defaults
  /// The server that takes the mail.
  var server = MailServerSettings()
  /// Whether the messages of a group form a thread.
  var threading = EmailThreading.none

  init() {}

  func makeNotifier(_ tools: NotifierTools) throws -> any Notifier {
    try EmailNotifier(self, tools: tools)
  }
}

/// How a mail server is reached; in `global`, the same keys begin with `smtp_`.
struct MailServerSettings: Sendable {
  var smarthost: HostPort?
  var hello = "localhost"
  var authUsername = ""
  /// `auth_password(_file)`
  var authPassword: Secret?
  var authIdentity = ""
  /// `auth_secret(_file)`, for CRAM-MD5.
  var authSecret: Secret?
  var requireTLS = true
  /// `force_implicit_tls`; `nil` is TLS from the start on port 465 only.
  var forceImplicitTLS: Bool?
  var tls = TLSConfiguration()
}

/// Whether, and how, the messages of a group are tied to a thread.
enum EmailThreading: Sendable, Hashable {
  /// Every message stands alone.
  case none
  /// One thread per group for ever: `thread_by_date: none`.
  case byGroup
  /// One thread per group and UTC day: `thread_by_date: daily`.
  case daily
}
