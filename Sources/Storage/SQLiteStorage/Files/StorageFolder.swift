import Foundation
import Glibc
package import StorageAPI

/// The folder with an evaluator's files, locked by one process at a time.
///
/// The lock is advisory, on the file `lock`, and released by the kernel when the process ends,
/// however it ends; the process number in the file only serves the error message of a second
/// process. It lasts as long as this object.
package final class StorageFolder: Sendable {
  /// The folder's path, as it was given.
  package let path: String

  private let lockFile: FileHandle

  /// Creates the folder if necessary and locks it.
  ///
  /// - Throws: `notWritable` if the folder cannot be created or written; `failed` with the process
  ///   number if another evaluator uses it.
  package init(path: String) throws(StorageError) {
    self.path = path
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
    } catch {
      throw .notWritable(
        "\(path): cannot make the folder (\(Self.reason(error))); choose another storage.path")
    }
    lockFile = try Self.hold(path + "/lock", of: path)
  }

  deinit {
    try? lockFile.close()
  }

  /// The path of a file in the folder.
  package func file(_ name: String) -> String { path + "/" + name }

  private static func hold(_ file: String, of folder: String) throws(StorageError) -> FileHandle {
    if !FileManager.default.fileExists(atPath: file) {
      _ = FileManager.default.createFile(atPath: file, contents: nil)
    }
    let handle: FileHandle
    do {
      handle = try FileHandle(forUpdating: URL(fileURLWithPath: file))
    } catch {
      throw .notWritable(
        "\(file): cannot be written (\(reason(error))); "
          + "give this user the right to write to storage.path, or choose another")
    }
    _ = fcntl(handle.fileDescriptor, F_SETFD, FD_CLOEXEC)
    guard flock(handle.fileDescriptor, LOCK_EX | LOCK_NB) == 0 else {
      let text = String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
      let holder = text.trimmingCharacters(in: .whitespacesAndNewlines)
      throw .failed(
        "storage.path is in use by pid \(holder.isEmpty ? "?" : holder) (\(folder)); "
          + "stop that process or choose another storage.path")
    }
    // Not written on a full disk: then only the number in the error message is missing.
    try? handle.truncate(atOffset: 0)
    try? handle.write(contentsOf: Data("\(getpid())\n".utf8))
    return handle
  }

  private static func reason(_ error: any Error) -> String {
    var error = error as NSError
    while let inner = error.userInfo[NSUnderlyingErrorKey] as? NSError { error = inner }
    guard error.domain == NSPOSIXErrorDomain else { return error.localizedDescription }
    return NSError(domain: NSPOSIXErrorDomain, code: error.code).localizedDescription
  }
}
