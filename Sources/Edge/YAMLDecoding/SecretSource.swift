/// Where a secret comes from: the configuration itself, or a file that is read at every use, so that it can be replaced
/// without a reload.
package enum SecretSource: Hashable, Sendable, CustomStringConvertible {
  /// Size of a secret file, in bytes.
  package static let fileLimit = 64 << 10

  /// The secret stands in the configuration.
  case inline(SecretString)
  /// The secret is the content of this file, without white space around it.
  case file(String)

  /// The secret as it is now.
  package func read() throws(SecretError) -> SecretString {
    switch self {
    case .inline(let secret): return secret
    case .file(let path):
      let bytes: [UInt8]
      do {
        bytes = try FileBytes.read(path: path, limit: Self.fileLimit)
      } catch {
        throw SecretError(path: path, reason: error.reason)
      }
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw SecretError(path: path, reason: "not valid UTF-8")
      }
      return SecretString(Self.trimmed(text))
    }
  }

  package var description: String {
    switch self {
    case .inline: "<secret>"
    case .file(let path): "file \(path)"
    }
  }

  private static func trimmed(_ text: String) -> String {
    let head = text.drop { $0.isWhitespace }
    guard let last = head.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(head[...last])
  }
}

/// A secret file that cannot be used.
package struct SecretError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file.
  package let path: String
  /// What is wrong with it.
  package let reason: String

  package var description: String { "cannot read the secret file \(path): \(reason)" }
}
