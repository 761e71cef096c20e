private import Glibc

/// A reusable buffer that files are read into.
///
/// The files of /proc and /sys report no usable size, so they are read to their end.
package struct ReadBuffer: Sendable {
  /// The maximum size of a file in bytes; a longer one is an error (`EFBIG`).
  package static let sizeLimit = 16 << 20

  private var storage: [UInt8]
  /// The number of bytes read.
  package private(set) var count = 0

  /// Makes a buffer with space for a small file; it grows as needed.
  package init(capacity: Int = 4096) {
    storage = [UInt8](repeating: 0, count: max(64, capacity))
  }

  /// Moves the memory out and leaves an empty buffer, so that a file can be read into it while the
  /// owner changes. The caller assigns it back.
  package mutating func taken() -> ReadBuffer {
    let whole = self
    storage = []
    count = 0
    return whole
  }

  /// The bytes that were read last.
  package var span: Span<UInt8> {
    @_lifetime(borrow self)
    borrowing get { storage.span.extracting(first: count) }
  }

  /// Reads a whole file.
  package mutating func read(path: String) throws(SystemError) {
    try read(path, at: AT_FDCWD)
  }

  /// Reads a whole file by its path relative to a directory.
  package mutating func read(_ path: String, in directory: borrowing Directory) throws(SystemError)
  {
    try read(path, at: directory.descriptor)
  }

  /// Reads the beginning of a file: stops once at least `limit` bytes are read, perhaps somewhat
  /// more.
  package mutating func readBeginning(
    _ path: String, in directory: borrowing Directory, limit: Int
  ) throws(SystemError) {
    try read(path, at: directory.descriptor, limit: limit)
  }

  /// Reads the target of a symbolic link. Corresponds to `readlinkat`.
  package mutating func readLink(_ path: String, in directory: borrowing Directory)
    throws(SystemError)
  {
    let descriptor = directory.descriptor
    let code = unsafe fillWithLink { bytes, count in
      unsafe path.withCString { unsafe readlinkat(descriptor, $0, bytes, count) }
    }
    guard code == 0 else { throw SystemError(call: "readlink", subject: path, code: code) }
  }

  /// Reads the target of a symbolic link. Corresponds to `readlinkat`.
  package mutating func readLink(_ path: NumberedPath, in directory: borrowing Directory)
    throws(SystemError)
  {
    let descriptor = directory.descriptor
    let code = unsafe fillWithLink { bytes, count in
      unsafe path.withCString { unsafe readlinkat(descriptor, $0, bytes, count) }
    }
    guard code == 0 else {
      throw SystemError(call: "readlink", subject: path.description, code: code)
    }
  }

  private mutating func fillWithLink(
    _ read: (UnsafeMutablePointer<CChar>, Int) -> Int
  ) -> Int32 {
    count = 0
    let length = unsafe storage.withUnsafeMutableBytes { bytes in
      let characters = unsafe bytes.assumingMemoryBound(to: CChar.self)
      guard let start = characters.baseAddress else { return -1 }
      return unsafe read(start, characters.count)
    }
    guard length >= 0 else { return errno }
    count = length
    return 0
  }

  /// Reads a file that the kernel returns as one record, such as `17/stat`. A `read` that does not
  /// fill the buffer has returned all of it, which saves the call that would return the end.
  package mutating func readRecord(
    _ path: NumberedPath, in directory: borrowing Directory
  ) throws(SystemError) {
    count = 0
    let descriptor = openForReading(path, at: directory.descriptor, flags: 0)
    guard descriptor >= 0 else {
      throw SystemError(call: "open", subject: path.description, code: errno)
    }
    defer { close(descriptor) }
    let code = fill(from: descriptor, isRecord: true)
    guard code == 0 else {
      throw SystemError(call: "read", subject: path.description, code: code)
    }
  }

  /// Reads a file that the kernel returns in one piece, such as those of sysfs, with a single call
  /// that reads at most the buffer's capacity. The path ends with a zero byte. Returns false if it
  /// cannot be read.
  mutating func readsSmall(terminatedPath path: [UInt8]) -> Bool {
    count = 0
    let descriptor = openForReading(terminatedPath: path, flags: 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    while true {
      let got = unsafe storage.withUnsafeMutableBytes { bytes in
        unsafe Glibc.read(descriptor, bytes.baseAddress, bytes.count)
      }
      if got >= 0 {
        count = got
        return true
      }
      guard errno == EINTR else { return false }
    }
  }

  /// Reads a whole file by its path relative to a directory. Returns false if it cannot be read.
  package mutating func reads(_ path: String, in directory: borrowing Directory) -> Bool {
    count = 0
    let descriptor = openForReading(path, at: directory.descriptor, flags: 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return fill(from: descriptor) == 0
  }

  /// Reads the target of a symbolic link, whose path ends with a zero byte. Returns false if it
  /// cannot be read.
  mutating func readsLink(terminatedPath path: [UInt8]) -> Bool {
    precondition(path.last == 0, "the path must end with a zero")
    count = 0
    let length = unsafe storage.withUnsafeMutableBytes { bytes in
      unsafe path.withUnsafeBytes { path in
        let target = unsafe bytes.assumingMemoryBound(to: CChar.self)
        let source = unsafe path.assumingMemoryBound(to: CChar.self)
        guard let start = target.baseAddress, let name = source.baseAddress else { return -1 }
        return unsafe readlink(name, start, target.count)
      }
    }
    count = max(0, length)
    return length >= 0
  }

  private mutating func read(
    _ path: String, at directory: Int32, limit: Int = .max
  ) throws(SystemError) {
    count = 0
    let descriptor = openForReading(path, at: directory, flags: 0)
    guard descriptor >= 0 else { throw SystemError(call: "open", subject: path, code: errno) }
    defer { close(descriptor) }
    let code = fill(from: descriptor, limit: limit)
    guard code == 0 else { throw SystemError(call: "read", subject: path, code: code) }
  }

  /// Reads to the end or to the limit. Returns the value of `errno`, or 0 without an error.
  private mutating func fill(
    from descriptor: Int32, limit: Int = .max, isRecord: Bool = false
  ) -> Int32 {
    while count < limit {
      let start = count
      let got = unsafe storage.withUnsafeMutableBytes { bytes in
        let space = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
        return unsafe Glibc.read(descriptor, space.baseAddress, space.count)
      }
      if got == 0 { return 0 }
      guard got > 0 else {
        if errno == EINTR { continue }
        return errno
      }
      count += got
      guard count == storage.count else {
        if isRecord { return 0 }
        continue
      }
      guard count < Self.sizeLimit else { return EFBIG }
      storage.append(contentsOf: repeatElement(0, count: count))
    }
    return 0
  }
}

/// Opens a file read-only, so that a terminal does not become the controlling one and children do
/// not inherit it. Corresponds to `openat`.
///
/// `withCString` passes the string's own bytes; a string passed directly would be copied to the
/// heap first.
func openForReading(_ path: String, at directory: Int32, flags: Int32) -> Int32 {
  while true {
    let descriptor = unsafe path.withCString { name in
      unsafe openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | flags)
    }
    if descriptor >= 0 || errno != EINTR { return descriptor }
  }
}

/// Opens a file by a path that begins with a number.
func openForReading(_ path: NumberedPath, at directory: Int32, flags: Int32) -> Int32 {
  while true {
    let descriptor = unsafe path.withCString { name in
      unsafe openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | flags)
    }
    if descriptor >= 0 || errno != EINTR { return descriptor }
  }
}

/// Opens a file by a path as bytes that end with a zero.
func openForReading(terminatedPath path: [UInt8], flags: Int32) -> Int32 {
  precondition(path.last == 0, "the path must end with a zero")
  return unsafe path.withUnsafeBytes { bytes in
    let characters = unsafe bytes.assumingMemoryBound(to: CChar.self)
    guard let start = characters.baseAddress else { return -1 }
    while true {
      let descriptor = unsafe openat(AT_FDCWD, start, O_RDONLY | O_CLOEXEC | O_NOCTTY | flags)
      if descriptor >= 0 || errno != EINTR { return descriptor }
    }
  }
}
