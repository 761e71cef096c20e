package import WebClient

extension HTTPClientConfiguration {
  /// The secrets of a configuration at one moment; their description shows nothing.
  package struct RevealedSecrets: Hashable, Sendable, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
  {
    let credentials: WebCredentials?
    /// The values of the header fields, in the order of the configuration.
    let headers: [String]

    package var description: String { "<secrets>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(reflecting: description) }
  }

  /// Reads the secrets, each within `limit`.
  ///
  /// - Throws: ``SecretError`` if a secret file cannot be read.
  package func secrets(within limit: Duration) async throws(SecretError) -> RevealedSecrets {
    var values: [String] = []
    for header in headers { values.append(try await header.value.reveal(within: limit)) }
    return RevealedSecrets(credentials: try await credentials(within: limit), headers: values)
  }

  /// Applies this configuration to a request and leaves its other fields unchanged.
  package func apply(_ secrets: RevealedSecrets, to request: inout WebRequest) {
    for (header, value) in zip(headers, secrets.headers) { request.headers[header.name] = value }
    request.credentials = secrets.credentials
    request.tls = tls
    request.proxyURL = proxyURL
    request.followRedirects = followsRedirects
  }

  /// Applies this configuration to a request, with the current secrets.
  ///
  /// A secret file may take as long to read as the request's timeout, so set that before.
  ///
  /// - Throws: ``SecretError`` if a secret file cannot be read.
  package func apply(to request: inout WebRequest) async throws(SecretError) {
    apply(try await secrets(within: request.timeout), to: &request)
  }

  private func credentials(within limit: Duration) async throws(SecretError) -> WebCredentials? {
    switch authorization {
    case nil: nil
    case .basic(let username, let password):
      .basic(username: username, password: try await password.reveal(within: limit))
    case .scheme(let scheme, let credentials):
      .custom(scheme: scheme, value: try await credentials.reveal(within: limit))
    }
  }
}
