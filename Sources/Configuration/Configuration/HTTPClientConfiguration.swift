package import TransportSecurity

/// The settings of an HTTP client: `http_config` of Prometheus and Alertmanager, whose keys are
/// also used directly in scrape, discovery and remote-write configurations.
package struct HTTPClientConfiguration: Hashable, Sendable {
  /// The content of the `Authorization` header.
  package enum Authorization: Hashable, Sendable {
    /// `basic_auth`
    case basic(username: String, password: Secret)
    /// `authorization`, or the older `bearer_token`; the scheme is usually `Bearer`.
    case scheme(String, credentials: Secret)
  }

  /// An additional header field of every request.
  package struct Header: Hashable, Sendable {
    /// The name of the field.
    package var name: String
    /// Its value, which is often a secret.
    package var value: Secret

    package init(name: String, value: Secret) {
      self.name = name
      self.value = value
    }
  }

  /// `basic_auth`, `authorization` or `bearer_token`; nil sends none.
  package var authorization: Authorization?
  /// `tls_config`
  package var tls = TLSConfiguration()
  /// `proxy_url`; nil connects directly.
  package var proxyURL: String?
  /// `follow_redirects`
  package var followsRedirects = true
  /// `http_headers`
  package var headers: [Header] = []

  /// Creates a configuration with Prometheus' defaults.
  package init() {}

  /// Whether a request reads secret files.
  package var readsFiles: Bool {
    let credentials: Secret? =
      switch authorization {
      case .basic(_, let password): password
      case .scheme(_, let credentials): credentials
      case nil: nil
      }
    return credentials?.isFile == true || headers.contains { $0.value.isFile }
  }
}
