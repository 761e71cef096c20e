private import Glibc

/// The error of a failed system call.
package struct SystemError: Error, Hashable, CustomStringConvertible {
  /// The name of the C function.
  package let call: String
  /// The subject of the call, such as a path; may be empty.
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
  /// Whether the process (`ESRCH`) or its file no longer exists.
  package var isGone: Bool { isMissing || code == ESRCH }
  /// Whether permission is missing.
  package var isForbidden: Bool { code == EACCES || code == EPERM }
  /// Whether the kernel does not support the call.
  package var isUnsupported: Bool { code == EOPNOTSUPP || code == ENOSYS }

  /// Whether a value of `errno` means that the file or directory does not exist. Checked before an
  /// error with its text is made.
  static func isMissing(_ code: Int32) -> Bool { code == ENOENT || code == ENOTDIR }

  /// The kernel's message for the code.
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
