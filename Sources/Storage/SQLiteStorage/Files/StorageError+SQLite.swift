import GRDB
import StorageAPI

extension StorageError {
  /// Translates an error of the database library into one line for the user, with the file and the
  /// fix.
  init(_ error: any Error, file: String) {
    if let error = error as? StorageError {
      self = error
      return
    }
    guard let error = error as? DatabaseError else {
      self = .failed("\(file): \(error)")
      return
    }
    let detail = error.message ?? "code \(error.extendedResultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_FULL:
      self = .notWritable(
        "\(file): the disk is full; free some space, or move the data and set storage.path")
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN, .SQLITE_AUTH:
      self = .notWritable(
        "\(file): cannot be written (\(detail)); "
          + "give this user the right to write to storage.path, or choose another")
    case .SQLITE_IOERR:
      self = .notWritable(
        "\(file): input or output failed (\(detail)); check the disk and its free space")
    case .SQLITE_NOTADB, .SQLITE_CORRUPT:
      self = .damaged(
        "\(file): \(detail); restore the file from a backup, "
          + "or move it and its -wal file away to start with an empty one")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self = .failed("\(file): locked by another process (\(detail)); close that process")
    default:
      self = .failed("\(file): \(detail) (SQLite code \(error.extendedResultCode.rawValue))")
    }
  }
}
