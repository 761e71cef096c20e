/// A set of backup files of one database that grows by one with each run.
package struct BackupSource: Sendable, Equatable {
  /// The value of the label `backup`.
  package var name: String
  /// The files' path with wildcards, as the configuration has it.
  package var pattern: String

  /// Names a set.
  package init(name: String, pattern: String) {
    self.name = name
    self.pattern = pattern
  }
}

/// A file as the folder shows it.
package struct BackupFile: Sendable, Equatable {
  /// Bytes.
  package var size: Int64
  /// Unix time of its last change.
  package var modified: Double
  /// The file.
  package var path: String

  /// Describes a file.
  package init(path: String, size: Int64, modified: Double) {
    self.path = path
    self.size = size
    self.modified = modified
  }
}
