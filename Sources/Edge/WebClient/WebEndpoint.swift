/// The destination of a URL, without anything that may be secret.
package struct WebEndpoint: Hashable, Sendable {
  /// `http` or `https`.
  package let scheme: String
  /// A host name or a numeric address, without brackets.
  package let host: String
  /// The port; the scheme's default if the URL has none.
  package let port: Int
  /// Whether the URL contains a user name or a password.
  package let hasCredentials: Bool

  /// Parses an `http` or `https` URL by the same rules as a request.
  ///
  /// - Throws: `invalidURL` if the URL is malformed.
  package init(url: String) throws(WebClientError) {
    let target = try TargetURL(parsing: url)
    scheme = target.scheme
    host =
      target.host.hasPrefix("[") ? String(target.host.dropFirst().dropLast()) : target.host
    port = target.port
    hasCredentials = target.user != nil || target.password != nil
  }
}
