private import CLinux
private import Glibc

/// An open directory, to list it and to open files relative to it.
package struct Directory: ~Copyable, Sendable {
  let descriptor: Int32

  private init(adopting descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// Opens a directory by its path.
  package static func open(_ path: String) throws(SystemError) -> Directory {
    let descriptor = openForReading(path, at: AT_FDCWD, flags: O_DIRECTORY)
    guard descriptor >= 0 else { throw SystemError(call: "open", subject: path, code: errno) }
    return Directory(adopting: descriptor)
  }

  /// Opens a directory by its path, which ends with a zero byte. Returns nil if it does not exist.
  static func openIfPresent(terminatedPath path: [UInt8]) throws(SystemError) -> Directory? {
    let descriptor = openForReading(terminatedPath: path, flags: O_DIRECTORY)
    guard descriptor < 0 else { return Directory(adopting: descriptor) }
    let code = errno
    if SystemError.isMissing(code) { return nil }
    throw SystemError(
      call: "open", subject: String(decoding: path.dropLast(), as: UTF8.self), code: code)
  }

  /// Opens a directory by its path relative to this one.
  package func open(_ path: String) throws(SystemError) -> Directory {
    let descriptor = openForReading(path, at: descriptor, flags: O_DIRECTORY)
    guard descriptor >= 0 else { throw SystemError(call: "open", subject: path, code: errno) }
    return Directory(adopting: descriptor)
  }

  /// Opens a directory by its path relative to this one.
  package func open(_ path: NumberedPath) throws(SystemError) -> Directory {
    let descriptor = openForReading(path, at: descriptor, flags: O_DIRECTORY)
    guard descriptor >= 0 else {
      throw SystemError(call: "open", subject: path.description, code: errno)
    }
    return Directory(adopting: descriptor)
  }

  /// Calls `body` with the name of every entry except `.` and `..`, from the beginning, in the
  /// kernel's order. `scratch` is the buffer for the records. Corresponds to `getdents64`.
  package func forEachEntry(
    scratch: inout [UInt8], _ body: (Span<UInt8>) -> Void
  ) throws(SystemError) {
    if scratch.count < 4096 { scratch = [UInt8](repeating: 0, count: 32768) }
    guard lseek(descriptor, 0, SEEK_SET) >= 0 else {
      throw SystemError(call: "lseek", code: errno)
    }
    while true {
      let got = unsafe scratch.withUnsafeMutableBytes { bytes in
        unsafe tocsin_getdents64(descriptor, bytes.baseAddress, bytes.count)
      }
      guard got > 0 else {
        if got == 0 { return }
        if errno == EINTR { continue }
        throw SystemError(call: "getdents64", code: errno)
      }
      Self.walk(scratch.span.extracting(first: got), body)
    }
  }

  /// The names of all entries, sorted.
  package func names() throws(SystemError) -> [String] {
    var scratch: [UInt8] = []
    var names: [String] = []
    try forEachEntry(scratch: &scratch) { names.append($0.text) }
    return names.sorted()
  }

  /// The size of an entry in bytes, as the kernel reports it. Corresponds to `fstatat`.
  package func size(of path: String) throws(SystemError) -> Int {
    var status = stat()
    guard unsafe fstatat(descriptor, path, &status, 0) == 0 else {
      throw SystemError(call: "stat", subject: path, code: errno)
    }
    return status.st_size
  }

  /// The size of an entry in bytes, as the kernel reports it. Corresponds to `fstatat`.
  package func size(of path: NumberedPath) throws(SystemError) -> Int {
    var status = stat()
    let answer = unsafe path.withCString { unsafe fstatat(descriptor, $0, &status, 0) }
    guard answer == 0 else {
      throw SystemError(call: "stat", subject: path.description, code: errno)
    }
    return status.st_size
  }

  /// Walks `linux_dirent64` records: inode 8 bytes, offset 8, record length 2, type 1, name.
  private static func walk(_ records: Span<UInt8>, _ body: (Span<UInt8>) -> Void) {
    var start = 0
    while start + 19 <= records.count {
      let length = Int(records[start + 16]) | Int(records[start + 17]) << 8
      guard length > 19, start + length <= records.count else { return }
      var end = start + 19
      while end < start + length, records[end] != 0 { end += 1 }
      let name = records.extracting((start + 19)..<end)
      if !(name.equals(".") || name.equals("..")) { body(name) }
      start += length
    }
  }
}
