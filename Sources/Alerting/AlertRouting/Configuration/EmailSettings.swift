/// `email_configs` (E1). Texts are templates.
package struct EmailSettings: Sendable, Hashable {
  /// A list of addresses, separated by commas.
  package var to = ""
  /// nil takes the global one.
  package var from: String?
  /// nil takes the global one.
  package var smarthost: HostPort?
  /// nil takes the global one.
  package var hello: String?
  /// nil takes the global one.
  package var authUsername: String?
  /// `auth_password(_file)`; nil takes the global one.
  package var authPassword: Secret?
  /// nil takes the global one.
  package var authIdentity: String?
  /// `auth_secret(_file)`, for CRAM-MD5; nil takes the global one.
  package var authSecret: Secret?
  /// nil takes the global one.
  package var requireTLS: Bool?
  /// `force_implicit_tls`; nil takes the global one; else TLS from the start is used on port 465.
  package var forceImplicitTLS: Bool?
  /// nil takes the global one.
  package var tls: TLSSettings?
  package var html = #"{{ template "email.default.html" . }}"#
  package var text = #"{{ template "email.default.text" . }}"#
  /// Further headers, `Subject` among them; names are compared without regard to case (E3).
  package var headers: [String: String] = [:]
  /// Whether the messages of a group form a thread (E5).
  package var threading = EmailThreading.none

  package init() {}
}

/// Whether, and how, messages of one group are tied to a thread.
package enum EmailThreading: Sendable, Hashable {
  /// Every message stands alone.
  case none
  /// One thread per group for ever: `thread_by_date: none`.
  case byGroup
  /// One thread per group and UTC day: `thread_by_date: daily`.
  case daily
}
