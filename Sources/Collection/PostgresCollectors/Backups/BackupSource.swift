/// The backup files of one job: a set that grows by one file with each run.
package struct BackupSource: Sendable, Equatable {
  /// The value of the label `backup`.
  package var name: String
  /// The files' path with wildcards, as configured.
  package var pattern: String
  /// Whether compressed files are read to their end.
  package var decompress: Bool

  /// Names a set.
  package init(name: String, pattern: String, decompress: Bool = true) {
    self.name = name
    self.pattern = pattern
    self.decompress = decompress
  }
}

/// A file's identity and size.
package struct BackupFile: Sendable, Hashable {
  /// The file.
  package var path: String
  /// The number of its device.
  package var device: UInt64
  /// Its inode number.
  package var inode: UInt64
  /// The size in bytes.
  package var size: Int64
  /// Unix time of its last change.
  package var modified: Double

  /// Describes a file. Files that differ in anything are different files.
  package init(
    path: String, size: Int64, modified: Double, device: UInt64 = 0, inode: UInt64 = 0
  ) {
    self.path = path
    self.size = size
    self.modified = modified
    self.device = device
    self.inode = inode
  }
}
