package import MetricModel

/// `http_config`: how calls are made and who we say we are.
package struct HTTPSettings: Sendable, Hashable {
  /// The time for one call when a receiver names none.
  package static let defaultTimeout = PrometheusDuration.seconds(30)

  /// `basic_auth`
  package var basicAuth: BasicAuth?
  /// `authorization`, or the older `bearer_token(_file)`
  package var authorization: Authorization?
  /// `tls_config`
  package var tls = TLSSettings()
  /// `proxy_url`
  package var proxyURL: String?
  /// `http_headers`: values are kept as secrets, since they often are.
  package var headers: [HTTPHeaderSetting] = []
  /// `follow_redirects`
  package var followRedirects = true

  package init() {}
}

/// A user and a password.
package struct BasicAuth: Sendable, Hashable {
  package var username: String
  package var password: Secret

  package init(username: String, password: Secret) {
    self.username = username
    self.password = password
  }
}

/// An `Authorization` header.
package struct Authorization: Sendable, Hashable {
  /// The scheme, `Bearer` unless the file says otherwise.
  package var type: String
  package var credentials: Secret

  package init(type: String = "Bearer", credentials: Secret) {
    self.type = type
    self.credentials = credentials
  }
}

/// A further header of every call.
package struct HTTPHeaderSetting: Sendable, Hashable {
  package var name: String
  package var value: Secret

  package init(name: String, value: Secret) {
    self.name = name
    self.value = value
  }
}

/// `tls_config`: paths of PEM files, and how much is checked.
package struct TLSSettings: Sendable, Hashable {
  /// `ca_file`
  package var caFile: String?
  /// `cert_file`
  package var certificateFile: String?
  /// `key_file`
  package var keyFile: String?
  /// `server_name`
  package var serverName: String?
  /// `insecure_skip_verify`
  package var skipsVerification = false

  package init() {}
}
