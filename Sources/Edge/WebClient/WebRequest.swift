/// One request and the bounds it runs in.
package struct WebRequest: Hashable, Sendable {
  /// The method of a request.
  package struct Method: RawRepresentable, Hashable, Sendable {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let get = Method(rawValue: "GET")
    package static let head = Method(rawValue: "HEAD")
    package static let post = Method(rawValue: "POST")
    package static let put = Method(rawValue: "PUT")
    package static let delete = Method(rawValue: "DELETE")
  }

  /// Which addresses of a host are tried.
  package enum IPVersion: Hashable, Sendable { case any, v4, v6 }

  package var method: Method
  /// An `http` or `https` URL. Its user and password become basic credentials; no error ever repeats them, the path or the
  /// query, because chat services put secrets there.
  package var url: String
  package var headers: WebHeaders
  package var body: [UInt8]?
  /// The time for everything: name, connection, redirects, body.
  package var timeout: Duration = .seconds(30)
  /// The largest body that is taken, after decompression; more ends the transfer at once.
  package var maximumBodyBytes = 64 << 20
  /// Asks for gzip and decompresses.
  package var acceptCompression = true
  /// Follows up to ten redirects. Credentials, client certificate, cookies and other headers of the
  /// caller's own stay with the first host.
  package var followRedirects = true
  /// Sent as `Authorization`, instead of what the URL or the headers say.
  package var credentials: WebCredentials?
  package var tls = TLSOptions()
  /// `http://proxy:3128`; environment variables are not looked at.
  package var proxyURL: String?
  package var userAgent = "Tocsin"
  /// False for probes: a new connection, closed afterwards.
  package var reusesConnection = true
  package var ipVersion = IPVersion.any
  /// Fills ``WebResponse/certificates``; only a new connection shows them.
  package var collectsCertificates = false
  /// A numeric address to connect to instead of looking up the URL's host. Redirects to other hosts are looked up.
  package var address: String?
  /// Ends with the open connection, after the TLS handshake of an `https` URL: nothing is sent, and the status is 0.
  package var connectsOnly = false

  package init(
    _ method: Method = .get, _ url: String, headers: WebHeaders = [:], body: [UInt8]? = nil
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }
}
