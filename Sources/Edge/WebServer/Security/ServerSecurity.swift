/// What a server demands of its clients and adds to its answers, at one moment.
package struct ServerSecurity: Sendable {
  /// What TLS connections are made with; nil for plain HTTP.
  package var tls: TLSCredentials?
  /// Who may send requests; nil for everybody.
  package var passwords: BasicAuthentication?
  /// How many requests are taken; nil for all.
  package var rateLimiter: RateLimiter?
  /// Fields for every answer that does not have one of the same name.
  package var headers: HTTPHeaders = [:]

  package init() {}

  /// Why a request is refused by what its headers say; nil if it may go on, perhaps to have its password hashed.
  func refusal(of headers: HTTPHeaders) -> HTTPResponse? {
    if let rateLimiter, !rateLimiter.admits() { return Self.tooMany }
    if let passwords, passwords.verdict(on: headers["Authorization"]) == .refused {
      return Self.unauthorized
    }
    return nil
  }

  /// Why a request is refused after its password was hashed, if that had to be; nil if it is taken.
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

/// Says what a server demands now; asked for every connection and every request, so that changes need no restart.
///
/// Whether there is TLS at all is asked once, when the server starts.
package typealias SecuritySource = @Sendable () -> ServerSecurity
