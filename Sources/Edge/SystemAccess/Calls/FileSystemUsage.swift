private import CLinux
private import Glibc

/// The space of a mounted file system. The corresponding C function is `statfs`.
package struct FileSystemUsage: Hashable, Sendable {
  /// The size of a block in bytes.
  package var blockSize: UInt64
  /// Numbers of blocks: in total, free, and available to users other than root.
  package var blocks, blocksFree, blocksAvailable: UInt64
  /// Numbers of inodes: in total and free.
  package var files, filesFree: UInt64

  /// Makes a value.
  package init(
    blockSize: UInt64, blocks: UInt64, blocksFree: UInt64, blocksAvailable: UInt64, files: UInt64,
    filesFree: UInt64
  ) {
    self.blockSize = blockSize
    self.blocks = blocks
    self.blocksFree = blocksFree
    self.blocksAvailable = blocksAvailable
    self.files = files
    self.filesFree = filesFree
  }

  /// Reads the usage from the kernel. Blocks for as long as the file system's server does not
  /// answer.
  package static func of(path: String) -> Result<FileSystemUsage, SystemError> {
    var status = statfs()
    guard unsafe path.withCString({ unsafe tocsin_statfs($0, &status) }) == 0 else {
      return .failure(SystemError(call: "statfs", subject: path, code: errno))
    }
    return .success(
      FileSystemUsage(
        blockSize: UInt64(clamping: status.f_bsize), blocks: UInt64(status.f_blocks),
        blocksFree: UInt64(status.f_bfree), blocksAvailable: UInt64(status.f_bavail),
        files: UInt64(status.f_files), filesFree: UInt64(status.f_ffree)))
  }
}
