package import Configuration
package import PatternMatching
import TransportSecurity
import WebClient

/// The request of an HTTP probe and the conditions of success.
package struct HTTPProbeSettings: Sendable {
  /// A test of one header of the response.
  package struct HeaderTest: Sendable {
    /// The name of the header, in any case.
    package var header: String
    /// The pattern, searched in each of the header's values.
    package var pattern: RegularExpression
    /// Whether a response without the header passes.
    package var allowsMissing: Bool

    package init(header: String, pattern: RegularExpression, allowsMissing: Bool = false) {
      self.header = header
      self.pattern = pattern
      self.allowsMissing = allowsMissing
    }
  }

  package var method = "GET"
  /// Header fields of the request. `Host` replaces the URL's host, also as the server name of the
  /// TLS handshake.
  package var headers: [(name: String, value: String)] = []
  package var body: String?
  /// Settings of the request; secrets are sent to the target's own host only.
  package var client = HTTPClientConfiguration()
  /// The choice of the target's address.
  package var addresses = IPPreference()
  /// Whether the request accepts gzip; the response is decompressed.
  package var acceptsCompression = false
  /// The maximum size of the body in bytes; a larger one is a failure.
  package var maximumBodyBytes = 10 << 20

  /// The status codes that pass; empty for 200 to 299.
  package var validStatusCodes: [Int] = []
  /// The HTTP versions that pass, such as `HTTP/1.1` and `HTTP/2.0`; empty for all.
  package var validHTTPVersions: [String] = []
  package var failsIfTLS = false
  package var failsIfNotTLS = false
  package var failsIfBodyMatches: [RegularExpression] = []
  package var failsIfBodyMatchesNot: [RegularExpression] = []
  package var failsIfHeaderMatches: [HeaderTest] = []
  package var failsIfHeaderMatchesNot: [HeaderTest] = []

  package init() {}

  /// Compiles a pattern for body and header tests: it matches anywhere in the text, and `.` does
  /// not match the end of a line.
  package static func pattern(_ text: String) throws(PatternError) -> RegularExpression {
    try RegularExpression(text, anchoring: .anywhere, dotMatchesNewline: false)
  }

  var carriesSecrets: Bool {
    client.authorization != nil || client.tls.certificateFile != nil || client.tls.keyFile != nil
      || body != nil || !client.headers.isEmpty
      || headers.contains { field in !Self.harmless.contains(field.name.lowercased()) }
  }

  /// Header fields that reveal nothing about the client.
  private static let harmless: Set = [
    "accept", "accept-language", "accept-encoding", "content-type", "host", "user-agent",
  ]

  /// The request for a URL, to be sent to an address that was looked up before.
  ///
  /// - Throws: ``SecretError`` if a secret file gives no secret within `limit`.
  func request(
    url: String, address: IPAddress, within limit: Duration
  ) async throws(SecretError) -> WebRequest {
    var fields = HTTPHeaders()
    for field in headers { fields.append(field.name, field.value) }
    var request = WebRequest(
      WebRequest.Method(rawValue: method), url, headers: fields, body: body.map { Array($0.utf8) })
    request.timeout = limit
    try await client.apply(to: &request)
    if request.tls.serverName == nil {
      request.tls.serverName = fields["Host"].map(Self.name(ofField:))
    }
    request.maximumBodyBytes = maximumBodyBytes
    request.acceptCompression = acceptsCompression
    request.reusesConnection = false
    request.collectsCertificates = true
    // A proxy resolves the name itself.
    request.address = client.proxyURL == nil ? address.text : nil
    return request
  }

  /// The host of a `Host` field, without the port.
  private static func name(ofField field: String) -> String {
    guard !field.hasPrefix("[") else { return String(field.prefix { $0 != "]" }) + "]" }
    return String(field.prefix { $0 != ":" })
  }
}
