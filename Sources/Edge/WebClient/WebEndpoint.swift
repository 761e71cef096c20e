/// Where a URL leads, without what may be secret in it.
package struct WebEndpoint: Hashable, Sendable {
  /// `http` or `https`.
  package let scheme: String
  /// A name or a numeric address, without brackets.
  package let host: String
  /// The port, the scheme's own if the URL names none.
  package let port: Int
  /// Whether the URL holds a user or a password.
  package let hasCredentials: Bool

  /// Reads an `http` or `https` URL by the very rules that a request uses.
  package init(url: String) throws(WebClientError) {
    let target = try TargetURL(parsing: url)
    scheme = target.scheme
    host =
      target.host.hasPrefix("[") ? String(target.host.dropFirst().dropLast()) : target.host
    port = target.port
    hasCredentials = target.user != nil || target.password != nil
  }
}
