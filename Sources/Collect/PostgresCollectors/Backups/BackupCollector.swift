package import CollectorCore
import MetricModel

/// Evidence that dumps of a database are made: the newest file, its size beside that of those
/// before, and whether a dump ends as pg_dump ends one.
///
/// Only the end of the newest file is read, and only if the files are readable; everything else
/// needs no more than the right to search the folder.
package struct BackupCollector: Collector {
  private let sources: [BackupSource]
  private let list: @Sendable (String) -> [BackupFile]
  private let ending: @Sendable (String) -> BackupEnding?

  /// Makes a collector. `list` finds the files of a pattern, `ending` tells how a file ends; nil for
  /// what cannot be told.
  package init(
    _ sources: [BackupSource], list: @escaping @Sendable (String) -> [BackupFile],
    ending: @escaping @Sendable (String) -> BackupEnding?
  ) {
    self.sources = sources
    self.list = list
    self.ending = ending
  }

  /// How many files before the newest the median is made of.
  private static let history = 10

  package func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let found = sources.map { source in
      (source.name, list(source.pattern).sorted { ($0.modified, $0.path) < ($1.modified, $1.path) })
    }
    write("files", "Backup files found.", found, into: &buffer) { Double($0.count) }
    write("newest_timestamp_seconds", "Unix time of the newest backup.", found, into: &buffer) {
      $0.last?.modified
    }
    write("newest_age_seconds", "Seconds since the newest backup.", found, into: &buffer) {
      $0.last.map { max(0, context.wallTime.seconds - $0.modified) }
    }
    write("newest_size_bytes", "Bytes of the newest backup.", found, into: &buffer) {
      $0.last.map { Double($0.size) }
    }
    write(
      "newest_size_ratio", "Size of the newest backup over the median of the ten before.", found,
      into: &buffer, Self.ratio)
    write(
      "newest_complete", "Whether the newest backup ends as a complete dump of pg_dump does.",
      found, into: &buffer
    ) { files in
      files.last.flatMap { ending($0.path) }.map { $0 == .complete ? 1 : 0 }
    }
  }

  private func write(
    _ name: String, _ help: String, _ found: [(String, [BackupFile])],
    into buffer: inout FamilyBuffer, _ value: ([BackupFile]) -> Double?
  ) {
    buffer.family("tocsin_postgres_backup_\(name)", .gauge, help, labels: ["backup"])
    for (name, files) in found {
      if let number = value(files) { buffer.add(number, name) }
    }
  }

  private static func ratio(_ files: [BackupFile]) -> Double? {
    guard let newest = files.last, files.count > 1 else { return nil }
    let sizes = files.dropLast().suffix(history).map(\.size).sorted()
    let middle = sizes.count / 2
    let median =
      sizes.count.isMultiple(of: 2)
      ? Double(sizes[middle - 1] + sizes[middle]) / 2 : Double(sizes[middle])
    return median > 0 ? Double(newest.size) / median : nil
  }
}

/// How a dump ends.
package enum BackupEnding: Sendable, Equatable {
  /// With the mark that pg_dump writes last.
  case complete
  /// A plain dump without that mark: pg_dump or the disk gave up before.
  case truncated

  /// Reads the beginning and the end of a file; nil for formats whose end shows nothing, such as
  /// compressed texts. Of a dump in the custom format the beginning must reach beyond the table of
  /// contents.
  package static func of(head: [UInt8], tail: [UInt8]) -> BackupEnding? {
    if head.isEmpty { return .truncated }
    if head.starts(with: DumpArchive.mark) { return custom(head: head, tail: tail) }
    let start = String(decoding: head.prefix(512), as: UTF8.self)
    guard start.hasPrefix("--") || start.contains("PostgreSQL database") else { return nil }
    let end = String(decoding: tail, as: UTF8.self)
    return end.contains("PostgreSQL database dump complete")
      || end.contains("PostgreSQL database cluster dump complete") ? .complete : .truncated
  }

  /// A custom dump ends with a block of no bytes, and only then are the places of the data filled in.
  /// One that was written to a pipe never has them: then its end is all that there is to see.
  private static func custom(head: [UInt8], tail: [UInt8]) -> BackupEnding? {
    guard let archive = DumpArchive(parsing: head), !archive.isDirectory else { return .truncated }
    guard archive.hasData else { return .complete }
    guard tail.count >= 5, tail.suffix(5).allSatisfy({ $0 == 0 }) else { return .truncated }
    return archive.lacksPlaces ? nil : .complete
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
