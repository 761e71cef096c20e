/// The response to a request.
///
/// The server sets `Content-Length`, `Date` and `Connection`; fields of these names are ignored. It
/// compresses the body if the client accepts gzip, the content type is text of some kind, and the
/// body is longer than 1 KiB.
package struct HTTPResponse: Sendable {
  /// The status code.
  package var status: Int
  /// The header fields.
  package var headers: HTTPHeaders
  /// The uncompressed body, or its first bytes if `parts` follow.
  package var body: [UInt8]
  /// Further chunks of the body, produced while it is sent; nil if `body` is all.
  package var parts: Parts?
  /// Whether `body` and the chunks are compressed into one gzip member while they are sent.
  var compressesParts = false

  /// Returns chunk `number`; called with 0, 1, 2 and so on until it returns nil.
  ///
  /// It runs on the server's thread, which serves other connections too: a chunk should take some
  /// milliseconds at most.
  package typealias Parts = @Sendable (_ number: Int) -> [UInt8]?

  /// Creates a response without further chunks.
  package init(status: Int = 200, headers: HTTPHeaders = [:], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// A plain-text response.
  package static func text(_ text: String, status: Int = 200) -> HTTPResponse {
    HTTPResponse(
      status: status, headers: ["Content-Type": "text/plain; charset=utf-8"], body: Array(text.utf8)
    )
  }

  /// A JSON response whose body is serialized already.
  package static func json(_ body: [UInt8], status: Int = 200) -> HTTPResponse {
    HTTPResponse(status: status, headers: ["Content-Type": "application/json"], body: body)
  }

  /// An HTML response.
  package static func html(_ page: String, status: Int = 200) -> HTTPResponse {
    HTTPResponse(
      status: status, headers: ["Content-Type": "text/html; charset=utf-8"], body: Array(page.utf8))
  }

  /// A redirect to another location.
  package static func redirect(to location: String, status: Int = 302) -> HTTPResponse {
    HTTPResponse(status: status, headers: ["Location": location])
  }
}
