private import Glibc

/// A system call that failed.
package struct SystemError: Error, Hashable, CustomStringConvertible {
  /// The name of the C function.
  package let call: String
  /// What it was called for, such as a path; empty if nothing.
  package let subject: String
  /// The value of `errno`.
  package let code: Int32

  /// Makes the error.
  package init(call: String, subject: String = "", code: Int32) {
    self.call = call
    self.subject = subject
    self.code = code
  }

  /// Whether the file or directory does not exist.
  package var isMissing: Bool { Self.isMissing(code) }
  /// Whether the process is gone (`ESRCH`) or its files are.
  package var isGone: Bool { isMissing || code == ESRCH }
  /// Whether permission is missing.
  package var isForbidden: Bool { code == EACCES || code == EPERM }
  /// Whether the kernel does not offer this.
  package var isUnsupported: Bool { code == EOPNOTSUPP || code == ENOSYS }

  /// Whether a value of `errno` says that the file or directory does not exist: to be asked before an error, and its text, is made.
  static func isMissing(_ code: Int32) -> Bool { code == ENOENT || code == ENOTDIR }

  /// The kernel's words for the code.
  package var reason: String {
    var buffer = [CChar](repeating: 0, count: 128)
    let size = buffer.count
    guard unsafe strerror_r(code, &buffer, size) == 0 else { return "error \(code)" }
    let length = buffer.firstIndex(of: 0) ?? size
    return String(decoding: buffer[..<length].lazy.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  package var description: String {
    subject.isEmpty ? "\(call): \(reason)" : "\(call) \(subject): \(reason)"
  }
}
