/// The answer to a request; after redirects, the last one.
package struct WebResponse: Sendable {
  package var status: Int
  package var headers: ResponseHeaders
  package var body: [UInt8]
  package var timings: WebTimings
  /// `scheme://host:port` of the URL that answered. The rest of the URL may be secret.
  package var effectiveOrigin: String
  /// How many redirects were followed.
  package var redirects: Int
  /// `1.0`, `1.1`, `2` or `3`.
  package var httpVersion: String
  /// The address of the server, empty when libcurl does not tell.
  package var remoteAddress: String
  /// The certificates that the server sent, its own first, if they were asked for.
  package var certificates: [WebCertificate] = []

  /// Whether the status is 200 to 299.
  package var isSuccess: Bool { (200..<300).contains(status) }

  /// The body as text.
  package var text: String { String(decoding: body, as: UTF8.self) }
}

/// Where the time of a request went; phases of redirects are added up, phases that a reused connection did not
/// need are zero.
package struct WebTimings: Hashable, Sendable {
  /// Looking up the name.
  package var dns: Duration = .zero
  /// Opening the TCP connection.
  package var connect: Duration = .zero
  /// The TLS handshake.
  package var tls: Duration = .zero
  /// From the open connection to the first byte of the answer.
  package var processing: Duration = .zero
  /// From the first byte to the last.
  package var transfer: Duration = .zero
  /// All of it, time in queues included.
  package var total: Duration = .zero

  /// Those of a request that was not sent.
  package static let none = WebTimings()

  /// From the start to the first byte of the answer.
  package var firstByte: Duration { total - transfer }

  static func + (left: WebTimings, right: WebTimings) -> WebTimings {
    WebTimings(
      dns: left.dns + right.dns, connect: left.connect + right.connect, tls: left.tls + right.tls,
      processing: left.processing + right.processing, transfer: left.transfer + right.transfer,
      total: left.total + right.total)
  }
}
