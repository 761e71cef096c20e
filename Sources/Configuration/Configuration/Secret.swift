/// A secret text: given in the configuration, or in a file that is read at every use, so that it
/// can be replaced without a reload.
package enum Secret: Hashable, Sendable {
  /// The text itself, from the configuration.
  case inline(String)
  /// The path of a file that contains the text, without white space at both ends.
  case file(String)

  /// The maximum size of a secret file, in bytes.
  package static let fileLimit = 64 << 10
  /// The default timeout for reading a secret file.
  package static let patience = Duration.seconds(10)

  /// Whether the secret is read from a file at every use.
  package var isFile: Bool {
    switch self {
    case .inline: false
    case .file: true
    }
  }

  /// Returns the text, for immediate use.
  ///
  /// A file is read on a separate thread: a hanging mount, or a FIFO without a writer, delays only
  /// this task, and at most for `limit`.
  ///
  /// - Throws: ``SecretError`` if the file cannot be read, is larger than ``fileLimit``, is not
  ///   UTF-8, or does not answer in time; and when the task is cancelled.
  package func reveal(within limit: Duration = Secret.patience) async throws(SecretError) -> String
  {
    switch self {
    case .inline(let text): return text
    case .file(let path): return try await SecretFileReader.shared.read(path, within: limit)
    }
  }

  /// Like ``reveal(within:)``, but blocks the calling thread while a file is read: for the start of
  /// the process, and for sessions with threads of their own.
  package func revealBlocking(within limit: Duration = Secret.patience) throws(SecretError)
    -> String
  {
    switch self {
    case .inline(let text): return text
    case .file(let path): return try SecretFileReader.shared.readBlocking(path, within: limit)
    }
  }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// A description that never contains the text.
  package var description: String {
    switch self {
    case .inline: "<secret>"
    case .file(let path): "<secret in \(path)>"
    }
  }

  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(reflecting: description) }
}

/// Why a secret file could not be used; never its content.
package enum SecretError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file cannot be read or used, with the reason.
  case unreadable(path: String, reason: String)
  /// The file did not answer in time.
  case overdue(path: String, limit: Duration)
  /// The waiting task was cancelled.
  case cancelled(path: String)

  package var description: String {
    switch self {
    case .unreadable(let path, let reason): "cannot read the secret file \(path): \(reason)"
    case .overdue(let path, let limit):
      "the secret file \(path) did not answer within \(limit); it may be a FIFO without a writer,"
        + " or on a mount that hangs"
    case .cancelled(let path): "reading the secret file \(path) was cancelled"
    }
  }
}
