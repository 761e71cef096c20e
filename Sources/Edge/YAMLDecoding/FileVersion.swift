import Glibc

/// Identifies the version of a file by its metadata: as far as the kernel reports changes, equal
/// versions of a path have equal contents.
package struct FileVersion: Hashable, Sendable {
  private let isRegular: Bool
  private let device: UInt
  private let inode: UInt
  private let size: Int
  private let modified: Int64
  private let changed: Int64

  /// The current version of a file, following symbolic links; nil if it cannot be read. It takes
  /// one system call.
  package init?(of path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    isRegular = status.st_mode & S_IFMT == S_IFREG
    device = UInt(status.st_dev)
    inode = UInt(status.st_ino)
    size = Int(status.st_size)
    modified = Self.nanoseconds(status.st_mtim)
    changed = Self.nanoseconds(status.st_ctim)
  }

  /// Whether equal versions imply equal contents: the file is a regular one, and its last change is
  /// old enough that another one would change its times, which some file systems store in seconds.
  package var identifiesContents: Bool {
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    let age = Self.nanoseconds(now) - max(modified, changed)
    return isRegular && age > 2_000_000_000
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
