import Codecs

/// One request, complete with its body.
package struct HTTPRequest: Sendable {
  /// The method.
  package var method: HTTPMethod
  /// The decoded path, without the query.
  package let path: String
  /// The path as it was sent; ``Router`` splits it before decoding, so that `%2F` stays inside a
  /// segment.
  package let rawPath: String
  /// The parameters of the query string.
  package let query: QueryParameters
  /// The parameters of a URL-encoded body, followed by those of the query string; a body of another
  /// type adds none.
  package let form: QueryParameters
  /// The header fields.
  package var headers: HTTPHeaders
  /// The body, empty if there is none.
  package let body: [UInt8]
  /// The client's IP address, without the port.
  package let remoteAddress: String
  /// The values of `:name` segments; under `*`, the path after the prefix of a prefix handler.
  package var pathParameters: [String: String] = [:]

  /// Parses a request; `target` is the path and query of the request line.
  ///
  /// - Throws: ``HTTPRequestError`` if the target or the form is malformed.
  package init(
    method: HTTPMethod = .get, target: String, headers: HTTPHeaders = [:], body: [UInt8] = [],
    remoteAddress: String = "127.0.0.1"
  ) throws(HTTPRequestError) {
    let sides = Self.originForm(target)
      .split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let rawPath = sides[0]
    guard rawPath.utf8.first == UInt8(ascii: "/") || rawPath == "*" else {
      throw .pathWithoutSlash
    }
    guard let path = PercentEncoding.decode(rawPath, plusIsSpace: false) else {
      throw .brokenEscape(in: "path")
    }
    guard let query = QueryParameters(decoding: sides.count > 1 ? sides[1] : "") else {
      throw .brokenEscape(in: "query")
    }
    self.method = method
    self.path = path
    self.rawPath = String(rawPath)
    self.query = query
    self.headers = headers
    self.body = body
    self.remoteAddress = remoteAddress
    form = try Self.form(query: query, headers: headers, body: body)
  }

  /// The path and query of a target that may have the absolute form `http://host/path`, which
  /// clients of a proxy send and every server must accept (RFC 9112, 3.2.2).
  private static func originForm(_ target: String) -> Substring {
    guard target.hasPrefix("http://") || target.hasPrefix("https://") else { return target[...] }
    let authority = target.drop { $0 != "/" }.dropFirst(2)
    let path = authority.drop { $0 != "/" && $0 != "?" }
    return path.hasPrefix("/") ? path : "/" + path
  }

  private static func form(
    query: QueryParameters, headers: HTTPHeaders, body: [UInt8]
  ) throws(HTTPRequestError) -> QueryParameters {
    guard !body.isEmpty, let type = headers["Content-Type"] else { return query }
    let mediaType = type.prefix { $0 != ";" && $0 != " " }.lowercased()
    guard mediaType == "application/x-www-form-urlencoded" else { return query }
    let text = String(decoding: body, as: UTF8.self)
    guard let parameters = QueryParameters(decoding: text[...]) else {
      throw .brokenEscape(in: "form")
    }
    return QueryParameters(parameters.all + query.all)
  }
}

/// A malformed request, answered with status 400.
package enum HTTPRequestError: Error, Equatable, CustomStringConvertible {
  case pathWithoutSlash
  case brokenEscape(in: String)

  package var description: String {
    switch self {
    case .pathWithoutSlash: "the path does not begin with a slash"
    case .brokenEscape(let part): "broken percent escape in the \(part)"
    }
  }
}
