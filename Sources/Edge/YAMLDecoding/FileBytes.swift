import Glibc

/// Reads a whole file into memory, up to a limit.
package enum FileBytes {
  /// Why a file could not be read.
  package struct Failure: Error {
    /// The reason in plain words, without the path.
    package let reason: String
  }

  /// The size of one read, in bytes.
  private static let step = 64 << 10

  /// The contents of a file; blocks while the file system does.
  ///
  /// - Throws: ``Failure`` if the file cannot be read or has more than `limit` bytes.
  package static func read(path: String, limit: Int) throws(Failure) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure(reason: message(of: errno)) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    while true {
      var failure: Int32 = 0
      var got = 0
      let part = unsafe [UInt8](unsafeUninitializedCapacity: step) { buffer, count in
        repeat {
          got = unsafe Glibc.read(descriptor, buffer.baseAddress, step)
          failure = errno
        } while got < 0 && failure == EINTR
        count = max(got, 0)
      }
      if got < 0 { throw Failure(reason: message(of: failure)) }
      if got == 0 { return bytes }
      guard bytes.count + got <= limit else {
        throw Failure(reason: "larger than the limit of \(limit) bytes")
      }
      bytes += part
    }
  }

  private static func message(of code: Int32) -> String {
    switch code {
    case ENOENT: "no such file"
    case EACCES, EPERM: "permission denied"
    case EISDIR: "is a directory"
    default: unsafe String(cString: strerror(code))
    }
  }
}
