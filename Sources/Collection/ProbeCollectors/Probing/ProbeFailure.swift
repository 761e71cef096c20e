import WebClient

/// The reason why a probe failed.
struct ProbeFailure: Error, Hashable, Sendable {
  /// The kinds of failures, as values of the label `reason`.
  enum Reason: String, CaseIterable, Sendable {
    case invalidTarget = "invalid_target"
    case resolve
    case refused
    case connect
    case timeout
    case tls
    case protocolError = "protocol"
    case redirects
    case bodySize = "body_size"
    case status
    case httpVersion = "http_version"
    case header
    case body
    case plaintext
    case encrypted
    case cancelled
    case secret
  }

  let reason: Reason

  init(_ reason: Reason) {
    self.reason = reason
  }

  init(_ error: WebClientError) {
    reason =
      switch error {
      case .invalidURL, .invalidRequest: .invalidTarget
      case .resolve: .resolve
      case .connectionRefused: .refused
      case .connection: .connect
      case .timedOut: .timeout
      case .tls: .tls
      case .bodyTooLarge: .bodySize
      case .tooManyRedirects: .redirects
      case .protocolError: .protocolError
      case .cancelled: .cancelled
      }
  }
}
