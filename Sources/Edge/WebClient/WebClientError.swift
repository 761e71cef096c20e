/// Why a request has no response. `origin` is `scheme://host:port`; no case contains a path, a
/// query or a password.
package enum WebClientError: Error, Equatable, CustomStringConvertible {
  /// The phase of a request in which its time ran out.
  package enum Phase: String, Sendable {
    case resolving = "looking up the name"
    case connecting
    case handshaking = "in the TLS handshake"
    case waiting = "waiting for the answer"
    case receiving = "receiving the body"
  }

  case invalidURL(reason: String)
  case invalidRequest(reason: String)
  case resolve(origin: String)
  case connectionRefused(origin: String)
  case connection(origin: String, reason: String)
  case timedOut(origin: String, after: Duration, while: Phase)
  case tls(origin: String, reason: String)
  case bodyTooLarge(origin: String, limit: Int)
  case tooManyRedirects(origin: String, limit: Int)
  case protocolError(origin: String, reason: String)
  case cancelled

  package var description: String {
    switch self {
    case .invalidURL(let reason): "invalid URL: \(reason)"
    case .invalidRequest(let reason): "invalid request: \(reason)"
    case .resolve(let origin): "\(origin): the host name does not resolve"
    case .connectionRefused(let origin): "\(origin): connection refused"
    case .connection(let origin, let reason): "\(origin): \(reason)"
    case .timedOut(let origin, let limit, let phase):
      "\(origin): no answer within \(Self.text(limit)) (\(phase.rawValue))"
    case .tls(let origin, let reason): "\(origin): TLS: \(reason)"
    case .bodyTooLarge(let origin, let limit): "\(origin): body over the limit of \(limit) bytes"
    case .tooManyRedirects(let origin, let limit): "\(origin): more than \(limit) redirects"
    case .protocolError(let origin, let reason): "\(origin): \(reason)"
    case .cancelled: "cancelled"
    }
  }

  private static func text(_ duration: Duration) -> String {
    let milliseconds = duration.wholeMilliseconds
    return milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
  }
}

extension Duration {
  /// The duration in milliseconds, rounded up and at least 1: libcurl takes 0 for "no limit".
  var wholeMilliseconds: Int {
    let (seconds, attoseconds) = components
    let milliseconds = Double(seconds) * 1e3 + (Double(attoseconds) / 1e15).rounded(.up)
    return Int(min(max(milliseconds, 1), 1e9))
  }
}
