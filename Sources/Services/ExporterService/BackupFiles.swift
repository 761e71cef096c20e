import YAMLDecoding
import Decompression
import Foundation
import Logging
import PostgresCollectors

/// The files of backups as the file system shows them.
enum BackupFiles {
  /// Bytes of a file's end, and of the beginning of a text, that are looked at.
  private static let edge = 512
  /// Bytes of a table of contents that are read; one of a larger dump stays unread.
  private static let tableLimit = 16 << 20
  private static let tableName = "toc.dat"

  /// An inspector of such files; what is wrong inside a compressed one is logged once.
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

  /// The plain files of a pattern with their sizes and times, and the folders that are dumps in the
  /// directory format.
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

  /// A folder with the files of a dump: as large as all of them, as old as the newest.
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

  /// How a dump ends, as far as its beginning and its end show it.
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
        // A table that is larger than what was read only looks cut short.
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

  /// How the dump inside a compressed file ends. Of pg_dump's formats only the text is compressed by
  /// others; in another the ends show nothing.
  static func ending(inside edges: DecompressedEdges) -> BackupEnding {
    edges.count == 0 ? .noEndMark : .ofText(head: edges.head, tail: edges.tail)
  }

  /// What an error while reading says of the dump; nil if nothing.
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
