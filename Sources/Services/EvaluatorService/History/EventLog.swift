package import ExpositionFormat
import Foundation
import Glibc
import MetricModel
package import StorageAPI
import Synchronization

/// The event log `alerts.jsonl`: a line of JSON for each change of an alert's state and each
/// attempt to deliver a notification, in order.
///
/// Lines are appended with one write each, so that another program can follow the file and a crash
/// leaves whole lines. An error never delays an alert: it is counted, and the next line opens the
/// file again.
package final class EventLog: Sendable {
  /// The file's path.
  package let path: String

  private struct Contents {
    var file: FileHandle?
    var failures = 0
  }

  private let contents: Mutex<Contents>

  /// Opens the file, or creates it.
  ///
  /// - Throws: `StorageError.notWritable` with the path and what to do.
  package init(path: String) throws(StorageError) {
    self.path = path
    guard let file = Self.open(path) else {
      throw .notWritable("\(path): cannot be written; give this user the right to, or move it away")
    }
    contents = Mutex(Contents(file: file))
  }

  /// The number of lines that could not be written since the start.
  package var failures: Int { contents.withLock { $0.failures } }

  /// Appends one line: the time and the kind, then the members that `body` writes.
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
    // The kernel appends, so that truncating the file leaves no hole.
    _ = fcntl(file.fileDescriptor, F_SETFL, O_APPEND)
    _ = fcntl(file.fileDescriptor, F_SETFD, FD_CLOEXEC)
    return file
  }
}

extension EventLog: MetricSource {
  package func writeMetrics(into buffer: inout FamilyBuffer) {
    buffer.counter(
      "tocsin_journal_failures_total", "Lines that could not be written to alerts.jsonl.",
      Double(failures))
  }
}
