/// A text that must not be seen: given in the configuration, or in a file that is read at every use,
/// so that it can be replaced without a reload.
package enum Secret: Hashable, Sendable {
  /// The configuration holds the text.
  case inline(String)
  /// The text is the content of the file at this path, without white space at both ends.
  case file(String)

  /// Largest size of a secret file, in bytes.
  package static let fileLimit = 64 << 10
  /// How long a file may take to be read where the caller has no limit of its own.
  package static let patience = Duration.seconds(10)

  /// Whether every use reads a file.
  package var isFile: Bool {
    switch self {
    case .inline: false
    case .file: true
    }
  }

  /// The text, for the one call that sends it.
  ///
  /// A file is read on a thread of its own: a mount that hangs, or a FIFO without a writer, holds up
  /// this task for `limit` at most and no other one.
  ///
  /// - Throws: ``SecretError`` if the file cannot be read, is larger than ``fileLimit``, is not UTF-8,
  ///   or does not answer in time; and when the task is cancelled.
  package func reveal(within limit: Duration = Secret.patience) async throws(SecretError) -> String
  {
    switch self {
    case .inline(let text): return text
    case .file(let path): return try await SecretFileReader.shared.read(path, within: limit)
    }
  }

  /// Like ``reveal(within:)``, but blocks the calling thread while a file is read: for start-up, and
  /// for sessions with threads of their own.
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
  /// Never the text itself.
  package var description: String {
    switch self {
    case .inline: "<secret>"
    case .file(let path): "<secret in \(path)>"
    }
  }

  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(reflecting: description) }
}

/// Why a secret file gave no secret; never what is in it.
package enum SecretError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file cannot be read or used, with the reason.
  case unreadable(path: String, reason: String)
  /// The file did not answer in time.
  case overdue(path: String, limit: Duration)
  /// The task that waited was cancelled.
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
