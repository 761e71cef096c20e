import Foundation

/// A text that must not be seen: given in the configuration, or in a file that is read at each use, so that it can be changed
/// without a reload (CF3).
package enum Secret: Sendable, Hashable {
  /// The text itself.
  case text(String)
  /// The file that holds it; white space around it is cut off.
  case file(String)

  /// The most bytes that a secret file may have.
  package static let fileLimit = 64 << 10

  /// Reads the secret for the one call that needs it.
  package func reveal() throws(SecretUnreadable) -> String {
    switch self {
    case .text(let text): return text
    case .file(let path):
      guard let handle = FileHandle(forReadingAtPath: path) else {
        throw SecretUnreadable(path: path, reason: "cannot be opened")
      }
      defer { try? handle.close() }
      guard let data = try? handle.read(upToCount: Self.fileLimit + 1),
        data.count <= Self.fileLimit,
        let text = String(validating: data, as: UTF8.self)
      else {
        throw SecretUnreadable(
          path: path, reason: "is empty, not UTF-8 text, or longer than \(Self.fileLimit) bytes")
      }
      return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String {
    switch self {
    case .text: "<secret>"
    case .file(let path): "<secret of \(path)>"
    }
  }

  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(reflecting: description) }
}

/// A secret file that cannot be read; the text never holds what is in it.
package struct SecretUnreadable: Error, Sendable, Equatable, CustomStringConvertible {
  package let path: String
  package let reason: String

  package init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  package var description: String { "secret file \(path) \(reason)" }
}
