/// The response to a request; after redirects, the last one.
package struct WebResponse: Sendable {
  /// The status code.
  package var status: Int
  /// The header fields.
  package var headers: ResponseHeaders
  /// The decompressed body.
  package var body: [UInt8]
  /// The duration of the request by phase.
  package var timings: WebTimings
  /// `scheme://host:port` of the URL that answered; the rest of the URL may be secret.
  package var effectiveOrigin: String
  /// The number of redirects that were followed.
  package var redirects: Int
  /// The HTTP version: `1.0`, `1.1`, `2` or `3`.
  package var httpVersion: String
  /// The address of the server; empty if libcurl does not report it.
  package var remoteAddress: String
  /// The certificates of the server, its own first, if they were requested.
  package var certificates: [WebCertificate] = []

  /// Whether the status is 200 to 299.
  package var isSuccess: Bool { (200..<300).contains(status) }

  /// The body as text.
  package var text: String { String(decoding: body, as: UTF8.self) }
}

/// The duration of a request by phase; the phases of redirects are summed, and phases that a reused
/// connection skipped are zero.
package struct WebTimings: Hashable, Sendable {
  /// Name resolution.
  package var dns: Duration = .zero
  /// The TCP connection.
  package var connect: Duration = .zero
  /// The TLS handshake.
  package var tls: Duration = .zero
  /// From the open connection to the first byte of the response.
  package var processing: Duration = .zero
  /// From the first byte to the last.
  package var transfer: Duration = .zero
  /// The whole request, including time in queues.
  package var total: Duration = .zero

  /// The timings of a request that was not sent.
  package static let none = WebTimings()

  /// From the start to the first byte of the response.
  package var firstByte: Duration { total - transfer }

  static func + (left: WebTimings, right: WebTimings) -> WebTimings {
    WebTimings(
      dns: left.dns + right.dns, connect: left.connect + right.connect, tls: left.tls + right.tls,
      processing: left.processing + right.processing, transfer: left.transfer + right.transfer,
      total: left.total + right.total)
  }
}
