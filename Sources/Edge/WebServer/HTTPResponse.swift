/// One answer.
///
/// `Content-Length`, `Date` and `Connection` are the server's business; fields of these names are ignored. The server compresses
/// the body when the client takes gzip, the type is text of some kind, and it is longer than 1 KiB.
package struct HTTPResponse: Sendable {
  package var status: Int
  package var headers: HTTPHeaders
  package var body: [UInt8]
  /// What follows the body, made while it is sent; nil if nothing does.
  package var parts: Parts?
  /// Whether body and parts become one gzip member on their way.
  var compressesParts = false

  /// The part with a number, asked for one after another from 0 until there is none. It is called on the server's own thread, which
  /// serves others, too: a part should be made within some milliseconds.
  package typealias Parts = @Sendable (_ number: Int) -> [UInt8]?

  package init(status: Int = 200, headers: HTTPHeaders = [:], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// Plain text.
  package static func text(_ text: String, status: Int = 200) -> HTTPResponse {
    HTTPResponse(
      status: status, headers: ["Content-Type": "text/plain; charset=utf-8"], body: Array(text.utf8)
    )
  }

  /// JSON that is already written.
  package static func json(_ body: [UInt8], status: Int = 200) -> HTTPResponse {
    HTTPResponse(status: status, headers: ["Content-Type": "application/json"], body: body)
  }

  /// A page.
  package static func html(_ page: String, status: Int = 200) -> HTTPResponse {
    HTTPResponse(
      status: status, headers: ["Content-Type": "text/html; charset=utf-8"], body: Array(page.utf8))
  }

  /// Sends the client elsewhere.
  package static func redirect(to location: String, status: Int = 302) -> HTTPResponse {
    HTTPResponse(status: status, headers: ["Location": location])
  }
}
