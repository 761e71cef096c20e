import ConfigDecoding
import Foundation
import PostgresCollectors

/// The files of backups as the file system shows them.
enum BackupFiles {
  /// Bytes of a file's beginning and end that are looked at.
  private static let edge = 512

  /// The plain files of a pattern with their sizes and times.
  static func list(_ pattern: String) -> [BackupFile] {
    FilePattern(pattern).files(in: "").compactMap { path in
      guard let facts = try? FileManager.default.attributesOfItem(atPath: path),
        facts[.type] as? FileAttributeType == .typeRegular,
        let size = facts[.size] as? NSNumber, let modified = facts[.modificationDate] as? Date
      else { return nil }
      return BackupFile(
        path: path, size: size.int64Value, modified: modified.timeIntervalSince1970)
    }
  }

  /// How a dump ends; nil if it may not be read or its format does not tell.
  static func ending(_ path: String) -> BackupEnding? {
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    do {
      let head = try file.read(upToCount: edge) ?? Data()
      let size = try file.seekToEnd()
      try file.seek(toOffset: size > UInt64(edge) ? size - UInt64(edge) : 0)
      let tail = try file.read(upToCount: edge) ?? Data()
      return BackupEnding.of(head: [UInt8](head), tail: [UInt8](tail))
    } catch {
      return nil
    }
  }
}
