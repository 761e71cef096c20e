package import WebClient

/// How a scrape's request is made: who asks, and whom to trust.
package struct ScrapeClientSettings: Sendable, Hashable {
  /// What is sent as `Authorization`.
  package enum Authorization: Sendable, Hashable {
    case none
    case basic(username: String, password: ScrapeSecret)
    /// `type` is mostly `Bearer`.
    case credentials(type: String, ScrapeSecret)
  }

  /// What is sent as `Authorization`.
  package var authorization: Authorization = .none
  /// Whom to trust, and with what to identify oneself.
  package var tls = TLSOptions()
  /// Whether redirects are followed.
  package var followsRedirects = true
  /// Whether compressed answers are asked for.
  package var compression = true
  /// The proxy's URL; empty for none.
  package var proxyURL = ""
  /// Further header fields.
  package var headers: [String: String] = [:]

  package init() {}
}

/// A secret, or the file that holds it and is read at every scrape, so that it may be rotated.
package enum ScrapeSecret: Sendable, Hashable, CustomStringConvertible {
  case inline(String)
  case file(path: String)

  /// Never the secret itself.
  package var description: String {
    switch self {
    case .inline: "<secret>"
    case .file(let path): "secret in \(path)"
    }
  }
}
