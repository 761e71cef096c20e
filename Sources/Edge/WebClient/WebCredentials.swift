import Codecs

/// The credentials of a request; they are never printed.
package enum WebCredentials: Hashable, Sendable, CustomStringConvertible,
  CustomDebugStringConvertible
{
  case basic(username: String, password: String)
  case bearer(String)
  /// Any other scheme, for example `Token`.
  case custom(scheme: String, value: String)

  package var description: String { "<credentials>" }
  package var debugDescription: String { description }

  /// The value of the `Authorization` header.
  var authorization: String {
    switch self {
    case .basic(let username, let password):
      "Basic " + Base64.encode(Array("\(username):\(password)".utf8))
    case .bearer(let token): "Bearer \(token)"
    case .custom(let scheme, let value): "\(scheme) \(value)"
    }
  }
}
