package import CollectorCore
import Concurrency
package import ExpositionFormat
import MetricModel

/// Monitors database dumps: the newest file, its size compared with the ones before, and whether a
/// dump ends as pg_dump ends one.
///
/// The file system is queried on a thread that is abandoned if it hangs; the files are read by a
/// ``BackupInspector``, each once. Everything but the end of a dump needs no more than the right to
/// search the folder.
package struct BackupCollector: Collector {
  private let sources: [BackupSource]
  private let list: @Sendable (String) -> [BackupFile]
  private let inspector: BackupInspector
  private let calls = BlockingCallPool(name: "backups", threadLimit: 2)

  /// Makes a collector. `list` finds the files of a pattern.
  package init(
    _ sources: [BackupSource], list: @escaping @Sendable (String) -> [BackupFile],
    inspector: BackupInspector
  ) {
    self.sources = sources
    self.list = list
    self.inspector = inspector
  }

  /// The number of files before the newest one that the median size is computed from.
  private static let history = 10

  package func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let found = try await calls.run(
      within: context.remaining, clock: context.clock
    ) { [sources, list, inspector] in
      let found = sources.map { source in
        (source, list(source.pattern).sorted { ($0.modified, $0.path) < ($1.modified, $1.path) })
      }
      inspector.inspect(
        found.compactMap { source, files in files.last.map { ($0, source.decompress) } })
      return found.map { ($0.name, $1) }
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
    writeEndings(found, into: &buffer)
  }

  private func writeEndings(_ found: [(String, [BackupFile])], into buffer: inout FamilyBuffer) {
    let states = found.compactMap { name, files in
      files.last.map { (name: name, state: inspector.state(of: $0)) }
    }
    buffer.family(
      "tocsin_postgres_backup_newest_complete", .gauge,
      "Whether the newest backup ends as a complete dump of pg_dump does; absent while unknown.",
      labels: ["backup"])
    for (name, state) in states {
      if let isComplete = state.ending.isComplete { buffer.add(isComplete ? 1 : 0, name) }
    }
    buffer.family(
      "tocsin_postgres_backup_newest_ending_info", .gauge,
      "How the newest backup ends, or why that is not known.", labels: ["backup", "ending"])
    for (name, state) in states { buffer.add(1, name, state.ending.rawValue) }
    buffer.family(
      "tocsin_postgres_backup_newest_read_ratio", .gauge,
      "Part of a compressed newest backup that was read in search of its end.", labels: ["backup"])
    for (name, state) in states {
      if let progress = state.progress { buffer.add(progress, name) }
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
