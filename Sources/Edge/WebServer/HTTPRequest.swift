/// One request, complete with its body.
package struct HTTPRequest: Sendable {
  package var method: HTTPMethod
  /// The decoded path, without the query.
  package let path: String
  /// The path as it was sent: ``Router`` splits it before decoding, so that `%2F` stays inside a segment.
  package let rawPath: String
  /// The parameters of the query string.
  package let query: QueryParameters
  /// The parameters of an urlencoded body, then those of the query string: a body of another type adds none.
  package let form: QueryParameters
  package var headers: HTTPHeaders
  package let body: [UInt8]
  /// The client's IP address, without the port.
  package let remoteAddress: String
  /// The values of `:name` segments, and under `*` what follows the prefix of a prefix handler.
  package var pathParameters: [String: String] = [:]

  /// Takes a request apart; `target` is path and query as they stand in the request line.
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
    guard let path = PercentCoding.decode(rawPath, plusIsSpace: false) else {
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

  /// Clients of a proxy send `http://host/path`; HTTP asks every server to understand it.
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

/// A request that is no request; answered with status 400.
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
