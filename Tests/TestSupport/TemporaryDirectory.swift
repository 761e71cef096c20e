import Foundation
import Glibc

/// A new folder under `/tmp` that is removed with its content when the value goes away.
package final class TemporaryDirectory: Sendable {
  /// The absolute path, without a slash at the end.
  package let path: String

  /// Makes the folder; with `owner` it belongs to that user (the test must be root), for a server
  /// that runs as another user.
  package init(prefix: String = "tocsin-test", owner: String? = nil) throws {
    var template = Array("/tmp/\(prefix).XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else {
      throw ChildProcessError(reason: "cannot make a folder /tmp/\(prefix).*", output: "")
    }
    path = String(
      decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    if let owner {
      guard let entry = unsafe getpwnam(owner),
        unsafe chown(path, entry.pointee.pw_uid, entry.pointee.pw_gid) == 0
      else {
        throw ChildProcessError(reason: "cannot give \(path) to the user \(owner)", output: "")
      }
    }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// The path of a file in the folder.
  package func file(_ name: String) -> String { path + "/" + name }

  /// Writes a file in the folder and returns its path.
  @discardableResult
  package func write(_ text: String, to name: String) throws -> String {
    let path = file(name)
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }
}
