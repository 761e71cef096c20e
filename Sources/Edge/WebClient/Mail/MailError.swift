/// Why a mail was not accepted. The description may contain addresses, but never passwords.
package enum MailError: Error, Equatable, CustomStringConvertible {
  /// The server replied 4xx: it may accept the message later.
  case temporary(origin: String, code: Int, text: String)
  /// The server replied 5xx: it will not accept the message.
  case permanent(origin: String, code: Int, text: String)
  /// The connection could not be made or was lost.
  case connection(origin: String, reason: String)
  case timedOut(origin: String, after: Duration)
  /// The certificate or the handshake failed, or STARTTLS is required and not offered.
  case tls(origin: String, reason: String)
  /// The settings or addresses are invalid.
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
}
