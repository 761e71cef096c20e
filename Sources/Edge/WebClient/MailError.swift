/// Why a mail was not taken. Addresses may appear, passwords never.
package enum MailError: Error, Equatable, CustomStringConvertible {
  /// The server said 4xx: it may take the message later.
  case temporary(origin: String, code: Int, text: String)
  /// The server said 5xx: it will not take the message.
  case permanent(origin: String, code: Int, text: String)
  /// There was no connection, or it broke.
  case connection(origin: String, reason: String)
  case timedOut(origin: String, after: Duration)
  /// Certificate, handshake, or no STARTTLS where it is required.
  case tls(origin: String, reason: String)
  /// Settings or addresses that cannot be sent with.
  case invalid(reason: String)
  case cancelled

  package var description: String {
    switch self {
    case .temporary(let origin, let code, let text), .permanent(let origin, let code, let text):
      "\(origin): \(code) \(text)"
    case .connection(let origin, let reason): "\(origin): \(reason)"
    case .timedOut(let origin, let limit):
      "\(origin): the mail was not taken within \(limit.wholeMilliseconds) ms"
    case .tls(let origin, let reason): "\(origin): TLS: \(reason)"
    case .invalid(let reason): "invalid mail: \(reason)"
    case .cancelled: "cancelled"
    }
  }

  /// Whether the same message may go through later.
  package var isRetryable: Bool {
    switch self {
    case .temporary, .connection, .timedOut, .tls: true
    case .permanent, .invalid, .cancelled: false
    }
  }
}
