import Foundation
import Glibc
import MetricModel
package import StorageAPI
import Synchronization

/// `alerts.jsonl`: one line of JSON for every change of an alert's state and every attempt to tell somebody, in order.
///
/// The file is only ever appended to, and each line is one write, so that another program may read along, and a crash
/// leaves whole lines. Trouble with the file never holds up an alert: it is counted, and the next line is tried anew.
package final class EventLog: Sendable {
  /// The file's path.
  package let path: String

  private struct Contents {
    var file: FileHandle?
    var failures = 0
  }

  private let contents: Mutex<Contents>

  /// Opens the file, or makes it; throws `notWritable` with path and mend.
  package init(path: String) throws(StorageError) {
    self.path = path
    guard let file = Self.open(path) else {
      throw .notWritable("\(path): cannot be written; give this user the right to, or move it away")
    }
    contents = Mutex(Contents(file: file))
  }

  /// How many lines could not be written since the start.
  package var failures: Int { contents.withLock { $0.failures } }

  /// Appends one line; `body` writes the members of its object, the time is put first.
  func append(at time: Timestamp, kind: String, _ body: (inout JSONWriter) -> Void) {
    var json = JSONWriter()
    json.object { json in
      json.key("ts")
      json.string(time.rfc3339)
      json.key("kind")
      json.string(kind)
      body(&json)
    }
    let line = Data(json.bytes + [UInt8(ascii: "\n")])
    contents.withLock { contents in
      do {
        if contents.file == nil { contents.file = Self.open(path) }
        guard let file = contents.file else {
          contents.failures += 1
          return
        }
        try file.write(contentsOf: line)
      } catch {
        contents.failures += 1
        contents.file = nil
      }
    }
  }

  private static func open(_ path: String) -> FileHandle? {
    if !FileManager.default.fileExists(atPath: path) {
      _ = FileManager.default.createFile(
        atPath: path, contents: nil, attributes: [.posixPermissions: 0o640])
    }
    guard let file = FileHandle(forWritingAtPath: path) else { return nil }
    // Appending is the kernel's business, so that a reader that cuts the file leaves no hole.
    _ = fcntl(file.fileDescriptor, F_SETFL, O_APPEND)
    _ = fcntl(file.fileDescriptor, F_SETFD, FD_CLOEXEC)
    return file
  }
}
