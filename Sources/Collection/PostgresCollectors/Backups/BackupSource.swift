/// A set of backup files of one database that grows by one with each run.
package struct BackupSource: Sendable, Equatable {
  /// The value of the label `backup`.
  package var name: String
  /// The files' path with wildcards, as the configuration has it.
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

/// A file as the folder shows it.
package struct BackupFile: Sendable, Hashable {
  /// The file.
  package var path: String
  /// The device that it lies on.
  package var device: UInt64
  /// Its number there.
  package var inode: UInt64
  /// Bytes.
  package var size: Int64
  /// Unix time of its last change.
  package var modified: Double

  /// Describes a file. One that differs in anything is another one.
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
