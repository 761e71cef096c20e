import YAMLDecoding
import Decompression
import Foundation
import Logging
import PostgresCollectors

/// Backup files as found in the file system.
enum BackupFiles {
  /// The number of bytes examined at the start and at the end of a file or text.
  private static let edge = 512
  /// The maximum number of bytes of a table of contents; that of a larger dump is not read.
  private static let tableLimit = 16 << 20
  private static let tableName = "toc.dat"

  /// Creates an inspector of backup files; errors inside a compressed file are logged once.
  static func inspector(logger: Logger) -> BackupInspector {
    let reader = CompressedFileReader()
    return BackupInspector(
      look: { look($0.path) },
      read: { file, progress in
        do throws(DecompressionError) {
          return ending(inside: try await reader.edges(of: file.path, progress: progress))
        } catch {
          let ending = ending(error)
          if ending != nil { logger.warning("backup \(file.path): \(error)") }
          return ending
        }
      },
      wallTime: { Date().timeIntervalSince1970 })
  }

  /// The regular files that match a pattern, with size and time, and the folders that are dumps in
  /// the directory format.
  static func list(_ pattern: String) -> [BackupFile] {
    FilePattern(pattern).files(in: "").compactMap { path in
      guard let facts = try? FileManager.default.attributesOfItem(atPath: path) else { return nil }
      if facts[.type] as? FileAttributeType == .typeDirectory { return folder(path) }
      return file(path, facts)
    }
  }

  private static func file(_ path: String, _ facts: [FileAttributeKey: Any]) -> BackupFile? {
    guard facts[.type] as? FileAttributeType == .typeRegular,
      let size = facts[.size] as? NSNumber, let modified = facts[.modificationDate] as? Date
    else { return nil }
    return BackupFile(
      path: path, size: size.int64Value, modified: modified.timeIntervalSince1970,
      device: (facts[.systemNumber] as? NSNumber)?.uint64Value ?? 0,
      inode: (facts[.systemFileNumber] as? NSNumber)?.uint64Value ?? 0)
  }

  /// A folder that contains a dump: its size is the sum of its files, its time the newest of them.
  private static func folder(_ path: String) -> BackupFile? {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path),
      names.contains(where: { $0 == tableName || $0.contains(".dat") })
    else { return nil }
    let files = names.compactMap { name -> BackupFile? in
      let path = "\(path)/\(name)"
      return (try? FileManager.default.attributesOfItem(atPath: path)).flatMap { file(path, $0) }
    }
    guard let newest = files.map(\.modified).max() else { return nil }
    return BackupFile(path: path, size: files.reduce(0) { $0 + $1.size }, modified: newest)
  }

  /// Determines the ending of a dump as far as its first and last bytes show it.
  static func look(_ path: String) -> BackupInspector.Look {
    if let names = try? FileManager.default.contentsOfDirectory(atPath: path) {
      return .ending(look(atFolder: path, Set(names)))
    }
    guard let file = FileHandle(forReadingAtPath: path) else { return .ending(.unreadable) }
    defer { try? file.close() }
    do {
      var head = [UInt8](try file.read(upToCount: edge) ?? Data())
      if CompressionFormat(head: head) != nil { return .compressed }
      let size = try file.seekToEnd()
      try file.seek(toOffset: size > UInt64(edge) ? size - UInt64(edge) : 0)
      let tail = [UInt8](try file.read(upToCount: edge) ?? Data())
      if head.starts(with: DumpArchive.mark) {
        guard let table = beginning(of: path, limit: tableLimit) else {
          return .ending(.unreadable)
        }
        // A table longer than the part that was read looks truncated, but is not.
        if size > UInt64(tableLimit), DumpArchive(parsing: table) == nil {
          return .ending(.unknownFormat)
        }
        head = table
      }
      return .ending(.of(head: head, tail: tail))
    } catch {
      return .ending(.unreadable)
    }
  }

  private static func look(atFolder path: String, _ names: Set<String>) -> BackupEnding {
    guard names.contains(tableName) else {
      return .ofDirectory(tableOfContents: nil, names: names)
    }
    guard let bytes = beginning(of: "\(path)/\(tableName)", limit: tableLimit) else {
      return .unreadable
    }
    return .ofDirectory(tableOfContents: bytes, names: names)
  }

  /// Determines the ending of a dump inside a compressed file. Only pg_dump's text format is
  /// usually compressed by another program; the ends of other formats show nothing.
  static func ending(inside edges: DecompressedEdges) -> BackupEnding {
    edges.count == 0 ? .noEndMark : .ofText(head: edges.head, tail: edges.tail)
  }

  /// The ending that a decompression error implies; nil if none.
  private static func ending(_ error: DecompressionError) -> BackupEnding? {
    switch error {
    case .cutShort: .truncated
    case .damaged: .damaged
    case .windowTooLarge: .windowTooLarge
    case .unreadable: .unreadable
    case .unknownFormat, .changed, .noMemory, .cancelled: nil
    }
  }

  private static func beginning(of path: String, limit: Int) -> [UInt8]? {
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    do {
      return [UInt8](try file.read(upToCount: limit) ?? Data())
    } catch {
      return nil
    }
  }
}
