/// What a request shows to be let in; printing it shows nothing.
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

/// Base 64 with padding.
enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var result: [UInt8] = []
    result.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let part = bytes[start..<min(start + 3, bytes.count)]
      var value = 0
      for byte in part { value = value << 8 | Int(byte) }
      value <<= 8 * (3 - part.count)
      for place in 0..<4 {
        let isPadding = place > part.count
        result.append(
          isPadding ? UInt8(ascii: "=") : alphabet[value >> (18 - 6 * place) & 0x3f])
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
