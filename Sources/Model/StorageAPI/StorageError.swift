/// Why a store could not do what it was asked.
public enum StorageError: Error, Sendable, Equatable {
  /// The medium is full or may not be written; the text names the file and the mend.
  case notWritable(String)
  /// What is stored cannot be read as what it should be; the text names file and place.
  case damaged(String)
  /// A limit with a name was reached.
  case limitReached(limit: String, value: Int)
  /// A remote store, or the database library, answered with this error.
  case failed(String)
  /// The caller went away or time was up.
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
