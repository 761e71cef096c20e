/// Why an operation of a store failed.
public enum StorageError: Error, Sendable, Equatable {
  /// The disk is full or read-only; the text names the file and the fix.
  case notWritable(String)
  /// Stored data are damaged; the text names the file and the position.
  case damaged(String)
  /// A named limit was reached.
  case limitReached(limit: String, value: Int)
  /// A remote store or the database library returned this error.
  case failed(String)
  /// The caller cancelled the operation, or its time was up.
  case cancelled
}

extension StorageError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notWritable(let reason): reason
    case .damaged(let reason): "damaged store: \(reason)"
    case .limitReached(let limit, let value): "limit reached: \(limit) = \(value)"
    case .failed(let reason): reason
    case .cancelled: "cancelled"
    }
  }
}
