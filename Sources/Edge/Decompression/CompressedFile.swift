private import Glibc

/// An open compressed file, read sequentially once.
@safe struct CompressedFile: ~Copyable {
  private let descriptor: Int32
  /// The size and modification time of the file when it was opened.
  private let opened: FileState
  /// The number of bytes read so far.
  private(set) var position: Int64 = 0
  let format: CompressionFormat

  private struct FileState: Equatable {
    let size: Int64
    let seconds: Int
    let nanoseconds: Int
  }

  private init(descriptor: Int32, opened: FileState, format: CompressionFormat) {
    self.descriptor = descriptor
    self.opened = opened
    self.format = format
  }

  deinit {
    close(descriptor)
  }

  static func open(_ path: String) throws(DecompressionError) -> CompressedFile {
    // O_NONBLOCK avoids blocking if the path is a pipe by now.
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable(errno: errno) }
    do throws(DecompressionError) {
      let opened = try state(of: descriptor)
      var head = [UInt8](repeating: 0, count: 4)
      let count = unsafe pread(descriptor, &head, head.count, 0)
      guard count >= 0 else { throw .unreadable(errno: errno) }
      guard let format = CompressionFormat(head: Array(head.prefix(count))) else {
        throw .unknownFormat
      }
      _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
      return CompressedFile(descriptor: descriptor, opened: opened, format: format)
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// Reads the next bytes and returns their number; 0 at the end.
  ///
  /// - Throws: `changed` if the file has grown since it was opened.
  mutating func read(
    into buffer: UnsafeMutableBufferPointer<UInt8>
  ) throws(DecompressionError) -> Int {
    while true {
      let count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .unreadable(errno: errno) }
      // The file is read only once: do not evict other pages from the page cache for it.
      _ = posix_fadvise(descriptor, Int(position), count, POSIX_FADV_DONTNEED)
      position += Int64(count)
      guard position <= opened.size else { throw .changed }
      return count
    }
  }

  /// Throws if the file has changed since it was opened.
  func checkUnchanged() throws(DecompressionError) {
    guard try Self.state(of: descriptor) == opened else { throw .changed }
  }

  private static func state(of descriptor: Int32) throws(DecompressionError) -> FileState {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw .unreadable(errno: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(errno: EINVAL) }
    return FileState(
      size: Int64(status.st_size), seconds: status.st_mtim.tv_sec,
      nanoseconds: status.st_mtim.tv_nsec)
  }
}
