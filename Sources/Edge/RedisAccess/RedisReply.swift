/// The reply of a Redis server to one command.
package indirect enum RedisReply: Equatable, Sendable {
  /// A bulk string, which may contain any bytes.
  case string([UInt8])
  /// A simple string such as `OK`.
  case status(String)
  case integer(Int64)
  case null
  case array([RedisReply])
  /// An error inside an array; the error of a whole command is thrown instead.
  case error(String)

  /// The bytes of a string or status.
  package var bytes: [UInt8]? {
    switch self {
    case .string(let bytes): bytes
    case .status(let text): Array(text.utf8)
    case .integer, .null, .array, .error: nil
    }
  }

  /// A string or status as text; invalid UTF-8 becomes U+FFFD.
  package var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

  /// An integer, or a string that is one.
  package var integer: Int64? {
    if case .integer(let value) = self { return value }
    return text.flatMap { Int64($0) }
  }

  /// The elements of an array.
  package var elements: [RedisReply]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }
}

/// Limits on the replies of a server.
package enum RedisLimits {
  /// Bytes of one reply. `INFO ALL` with a thousand command types is about 200 KB.
  package static let replyBytes = 16 << 20
  /// Bytes of an error message that are retained.
  package static let messageBytes = 500
}
