/// How a dump ends, or why that is unknown.
package enum BackupEnding: String, Sendable, Hashable, CaseIterable {
  /// With the mark that pg_dump writes last.
  case complete
  /// A text without that mark: pg_dump or the disk failed before.
  case noEndMark = "no_end_mark"
  /// In the middle of a table, of its table of contents, or of the compressed data.
  case truncated
  /// The compressed data contradict their checksum or themselves.
  case damaged

  /// Its format has no end mark, or is unknown.
  case unknownFormat = "unknown_format"
  /// It cannot be read: permission denied or an I/O error.
  case unreadable
  /// To read it would take too much memory.
  case windowTooLarge = "window_too_large"

  /// It is incomplete, but was written to a short time ago, and may still be growing.
  case settling
  /// It is compressed and has not been read to its end yet.
  case reading

  /// Whether the dump is complete; `nil` while or because that is unknown.
  package var isComplete: Bool? {
    switch self {
    case .complete: true
    case .noEndMark, .truncated, .damaged: false
    case .unknownFormat, .unreadable, .windowTooLarge, .settling, .reading: nil
    }
  }
}

extension BackupEnding {
  /// Reads the beginning and the end of a file. Of a dump in the custom format the beginning must
  /// reach beyond the table of contents.
  package static func of(head: [UInt8], tail: [UInt8]) -> BackupEnding {
    if head.isEmpty { return .truncated }
    if head.starts(with: DumpArchive.mark) { return custom(head: head, tail: tail) }
    return ofText(head: head, tail: tail)
  }

  /// Reads the beginning and the end of a dump in SQL.
  package static func ofText(head: [UInt8], tail: [UInt8]) -> BackupEnding {
    let start = String(decoding: head.prefix(512), as: UTF8.self)
    // pg_dumpall writes the dumps of several databases, each with its own mark, and one of its own.
    let isCluster = start.contains("PostgreSQL database cluster dump")
    guard isCluster || start.contains("PostgreSQL database dump") else {
      let isBeginning =
        "--\n-- PostgreSQL database dump".hasPrefix(start)
        || "--\n-- PostgreSQL database cluster dump".hasPrefix(start)
      return isBeginning ? .noEndMark : .unknownFormat
    }
    let end = String(decoding: tail, as: UTF8.self)
    let mark = "PostgreSQL database \(isCluster ? "cluster " : "")dump complete"
    return end.contains(mark) ? .complete : .noEndMark
  }

  /// A custom dump ends with a block of no bytes, and only then are the places of the data filled
  /// in. One that was written to a pipe never has them: then its end is all that there is to see.
  private static func custom(head: [UInt8], tail: [UInt8]) -> BackupEnding {
    guard let archive = DumpArchive(parsing: head), !archive.isDirectory else { return .truncated }
    guard archive.hasData else { return .complete }
    guard tail.count >= 5, tail.suffix(5).allSatisfy({ $0 == 0 }) else { return .truncated }
    return archive.lacksPlaces ? .unknownFormat : .complete
  }

  /// Reads `toc.dat` of a dump in the directory format, if there is one; `names` are those of the
  /// files beside it.
  package static func ofDirectory(tableOfContents: [UInt8]?, names: Set<String>) -> BackupEnding {
    guard let bytes = tableOfContents, let archive = DumpArchive(parsing: bytes),
      archive.isDirectory
    else { return .truncated }
    let isThere = archive.files.allSatisfy { file in
      ["", ".gz", ".lz4", ".zst"].contains { names.contains(file + $0) }
    }
    return isThere ? .complete : .truncated
  }
}
