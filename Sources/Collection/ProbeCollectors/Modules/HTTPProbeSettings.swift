package import Configuration
package import PatternMatching
import TransportSecurity
import WebClient

/// What an HTTP probe asks, and which answer counts as success.
package struct HTTPProbeSettings: Sendable {
  /// A test of one header of the answer.
  package struct HeaderTest: Sendable {
    /// The header, in any case.
    package var header: String
    /// Tried anywhere in each of the header's values.
    package var pattern: RegularExpression
    /// Whether an answer without the header passes.
    package var allowsMissing: Bool

    package init(header: String, pattern: RegularExpression, allowsMissing: Bool = false) {
      self.header = header
      self.pattern = pattern
      self.allowsMissing = allowsMissing
    }
  }

  package var method = "GET"
  /// Header fields of the request; `Host` is sent instead of the URL's host, and names the server in the TLS handshake.
  package var headers: [(name: String, value: String)] = []
  package var body: String?
  /// How the request is made; secrets are shown to the target's own host only.
  package var client = HTTPClientConfiguration()
  /// Which address of the target is tried.
  package var addresses = IPPreference()
  /// Asks for gzip, and decompresses.
  package var acceptsCompression = false
  /// The largest body that is read; a larger one is a failure.
  package var maximumBodyBytes = 10 << 20

  /// The statuses that pass; empty for 200 to 299.
  package var validStatusCodes: [Int] = []
  /// The versions that pass, such as `HTTP/1.1` and `HTTP/2.0`; empty for all.
  package var validHTTPVersions: [String] = []
  package var failsIfTLS = false
  package var failsIfNotTLS = false
  package var failsIfBodyMatches: [RegularExpression] = []
  package var failsIfBodyMatchesNot: [RegularExpression] = []
  package var failsIfHeaderMatches: [HeaderTest] = []
  package var failsIfHeaderMatchesNot: [HeaderTest] = []

  package init() {}

  /// Compiles a pattern as body and header tests want it: anywhere in the text, `.` not matching a line's end.
  package static func pattern(_ text: String) throws(PatternError) -> RegularExpression {
    try RegularExpression(text, anchoring: .anywhere, dotMatchesNewline: false)
  }

  var carriesSecrets: Bool {
    client.authorization != nil || client.tls.certificateFile != nil || client.tls.keyFile != nil
      || body != nil || !client.headers.isEmpty
      || headers.contains { field in !Self.harmless.contains(field.name.lowercased()) }
  }

  /// Fields that say nothing of who asks.
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
    // A proxy looks the name up itself.
    request.address = client.proxyURL == nil ? address.text : nil
    return request
  }

  /// The host of a `Host` field, without the port.
  private static func name(ofField field: String) -> String {
    guard !field.hasPrefix("[") else { return String(field.prefix { $0 != "]" }) + "]" }
    return String(field.prefix { $0 != ":" })
  }
}
