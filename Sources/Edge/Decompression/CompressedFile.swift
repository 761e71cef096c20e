private import Glibc

/// An open file with compressed contents, read in order, once.
@safe struct CompressedFile: ~Copyable {
  private let descriptor: Int32
  /// Its size and last change when it was opened.
  private let opened: Standing
  /// Bytes that were read.
  private(set) var position: Int64 = 0
  let format: CompressionFormat

  private struct Standing: Equatable {
    let size: Int64
    let seconds: Int
    let nanoseconds: Int
  }

  private init(descriptor: Int32, opened: Standing, format: CompressionFormat) {
    self.descriptor = descriptor
    self.opened = opened
    self.format = format
  }

  deinit {
    close(descriptor)
  }

  static func open(_ path: String) throws(DecompressionError) -> CompressedFile {
    // Not to wait for ever, should it be a pipe by now.
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable(errno: errno) }
    do throws(DecompressionError) {
      let opened = try standing(of: descriptor)
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

  /// Reads the next bytes; 0 at the end. A file that grows is not followed.
  mutating func read(
    into buffer: UnsafeMutableBufferPointer<UInt8>
  ) throws(DecompressionError) -> Int {
    while true {
      let count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .unreadable(errno: errno) }
      // It is read once: the pages that others use are worth more than these.
      _ = posix_fadvise(descriptor, Int(position), count, POSIX_FADV_DONTNEED)
      position += Int64(count)
      guard position <= opened.size else { throw .changed }
      return count
    }
  }

  /// Throws if the file is not as it was when it was opened.
  func checkUnchanged() throws(DecompressionError) {
    guard try Self.standing(of: descriptor) == opened else { throw .changed }
  }

  private static func standing(of descriptor: Int32) throws(DecompressionError) -> Standing {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw .unreadable(errno: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(errno: EINVAL) }
    return Standing(
      size: Int64(status.st_size), seconds: status.st_mtim.tv_sec,
      nanoseconds: status.st_mtim.tv_nsec)
  }
}
