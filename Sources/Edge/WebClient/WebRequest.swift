package import TransportSecurity

/// An HTTP request and its limits.
package struct WebRequest: Hashable, Sendable {
  /// The method of a request, in capital letters.
  package struct Method: RawRepresentable, Hashable, Sendable {
    /// The name in capital letters.
    package let rawValue: String
    /// Creates a method from its name in capital letters.
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let get = Method(rawValue: "GET")
    package static let head = Method(rawValue: "HEAD")
    package static let post = Method(rawValue: "POST")
    package static let put = Method(rawValue: "PUT")
    package static let delete = Method(rawValue: "DELETE")
  }

  /// The IP versions that are tried for a host.
  package enum IPVersion: Hashable, Sendable { case any, v4, v6 }

  /// The method.
  package var method: Method
  /// An `http` or `https` URL. Its user and password become basic credentials; no error contains
  /// them, the path or the query, because chat services put secrets there.
  package var url: String
  /// The header fields that the caller adds.
  package var headers: HTTPHeaders
  /// The body; nil for a request without one.
  package var body: [UInt8]?
  /// The time limit for the whole request: name resolution, connection, redirects and body.
  package var timeout: Duration = .seconds(30)
  /// The largest accepted body after decompression, in bytes; a larger one aborts the transfer.
  package var maximumBodyBytes = 64 << 20
  /// Whether gzip is requested and decompressed.
  package var acceptCompression = true
  /// Whether up to ten redirects are followed. Credentials, client certificate, cookies and the
  /// caller's other headers are sent to the first host only.
  package var followRedirects = true
  /// The `Authorization` header; takes precedence over the URL's credentials and the headers.
  package var credentials: WebCredentials?
  /// The TLS settings for `https` URLs.
  package var tls = TLSConfiguration()
  /// The proxy, as in `http://proxy:3128`; environment variables are ignored.
  package var proxyURL: String?
  /// The `User-Agent` header.
  package var userAgent = "Tocsin"
  /// Whether connections are reused; with false, which is for probes, a new one is made and closed
  /// afterwards.
  package var reusesConnection = true
  /// The IP versions that are tried.
  package var ipVersion = IPVersion.any
  /// Whether ``WebResponse/certificates`` is filled; only new connections have certificates.
  package var collectsCertificates = false
  /// A numeric address to connect to instead of resolving the URL's host; hosts of redirects are
  /// still resolved.
  package var address: String?
  /// Whether the request ends when the connection is open, after the TLS handshake of an `https`
  /// URL: nothing is sent, and the status is 0.
  package var connectsOnly = false

  /// Creates a request with default limits.
  package init(
    _ method: Method = .get, _ url: String, headers: HTTPHeaders = [:], body: [UInt8]? = nil
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }
}
