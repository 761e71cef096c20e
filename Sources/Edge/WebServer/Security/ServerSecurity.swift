/// The current security settings of a server: TLS, authentication, rate limit and added headers.
package struct ServerSecurity: Sendable {
  /// The credentials of new TLS connections; nil for plain HTTP.
  package var tls: TLSCredentials?
  /// The authentication of requests; nil if every client is admitted.
  package var passwords: BasicAuthentication?
  /// The limit on the rate of requests; nil if there is none.
  package var rateLimiter: RateLimiter?
  /// Fields that are added to every response without a field of the same name.
  package var headers: HTTPHeaders = [:]

  package init() {}

  /// The response that refuses a request by its headers; nil if it may continue, possibly with its
  /// password still to be hashed.
  func refusal(of headers: HTTPHeaders) -> HTTPResponse? {
    if let rateLimiter, !rateLimiter.admits() { return Self.tooMany }
    if let passwords, passwords.verdict(on: headers["Authorization"]) == .refused {
      return Self.unauthorized
    }
    return nil
  }

  /// The response that refuses a request after its password was hashed, if that was necessary; nil
  /// if it is admitted.
  func refusalAfterHashing(of headers: HTTPHeaders) async -> HTTPResponse? {
    guard let passwords, await !passwords.admits(headers["Authorization"]) else { return nil }
    return Self.unauthorized
  }

  private static let unauthorized: HTTPResponse = {
    var response = HTTPResponse.text("Unauthorized\n", status: 401)
    response.headers["WWW-Authenticate"] = "Basic"
    return response
  }()

  private static let tooMany: HTTPResponse = {
    var response = HTTPResponse.text("Too Many Requests\n", status: 429)
    response.headers["Retry-After"] = "1"
    return response
  }()
}

/// Returns the current security settings; called for every connection and request, so that changes
/// need no restart.
///
/// Only whether TLS is used at all is decided once, when the server starts.
package typealias SecuritySource = @Sendable () -> ServerSecurity
