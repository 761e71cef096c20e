import CollectorCore
import ExpositionFormat
import Foundation
import Logging
import MetricModel
import PostgresCollectors
import TestSupport
import Testing

@testable import ExporterService

/// Writes a dump of a small database and returns its path.
private func dump(
  _ server: ThrowawayPostgres, _ folder: TemporaryDirectory, _ name: String, _ flags: [String]
) async throws -> String {
  let programs = try #require(ThrowawayPostgres.programs)
  let child = try ChildProcess.start(
    "\(programs)/pg_dump", flags + ["-f", folder.file(name), server.url])
  #expect(try await child.waitForExit() == 0, "\(child.output)")
  return folder.file(name)
}

@Suite struct BackupFilesTests {
  @Test func completenessIsRecognisedInEveryFormat() async throws {
    let server = try await ThrowawayPostgres.start()
    try await server.run(
      """
      CREATE TABLE t (id int PRIMARY KEY, v text);
      INSERT INTO t SELECT g, repeat('x', 50) || g FROM generate_series(1, 5000) g;
      CREATE TABLE u AS SELECT * FROM t; COMMENT ON TABLE u IS 'größe'
      """)
    let folder = try TemporaryDirectory(prefix: "tocsin-dump")
    let files = [
      ("plain.sql", []), ("custom.dump", ["-Fc"]), ("stored.dump", ["-Fc", "-Z0"]),
    ]
    for (name, flags) in files {
      let path = try await dump(server, folder, name, flags)
      #expect(BackupFiles.look(path) == .ending(.complete), "\(name)")
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      let cuts =
        [0, 3, 100, 2_000, bytes.count / 2, bytes.count - 100]
        + (flags.isEmpty ? [] : [bytes.count - 3])
      for length in cuts {
        let cut = folder.file("cut")
        try Data(bytes.prefix(length)).write(to: URL(fileURLWithPath: cut))
        #expect(BackupFiles.look(cut) != .ending(.complete), "\(name) cut at \(length)")
      }
    }
    let schema = try await dump(server, folder, "schema.dump", ["-Fc", "--schema-only"])
    #expect(BackupFiles.look(schema) == .ending(.complete))
  }

  @Test func aFolderIsADump() async throws {
    let server = try await ThrowawayPostgres.start()
    try await server.run("CREATE TABLE t AS SELECT generate_series(1, 5000) AS id")
    let folder = try TemporaryDirectory(prefix: "tocsin-dump")
    let path = try await dump(server, folder, "night", ["-Fd"])
    let found = BackupFiles.list(folder.file("*"))
    #expect(found.map(\.path) == [path])
    #expect(found.first?.size ?? 0 > 1_000)
    #expect(BackupFiles.look(path) == .ending(.complete))
    let data = try #require(
      FileManager.default.contentsOfDirectory(atPath: path).first { $0.hasSuffix(".gz") })
    try FileManager.default.moveItem(atPath: "\(path)/\(data)", toPath: folder.file("aside"))
    #expect(BackupFiles.look(path) == .ending(.truncated))
    try FileManager.default.moveItem(atPath: folder.file("aside"), toPath: "\(path)/\(data)")
    try FileManager.default.removeItem(atPath: "\(path)/toc.dat")
    #expect(BackupFiles.look(path) == .ending(.truncated), "pg_dump writes it last")
  }

  /// Dumps as written by cron jobs, complete and incomplete.
  private static let piped: [(name: String, script: String, ending: BackupEnding)] = [
    ("gzip", "pg_dump $URL | gzip", .complete),
    ("gzip by pg_dump", "pg_dump -Z 6 $URL", .complete),
    ("zstd", "pg_dump $URL | zstd", .complete),
    ("zstd on its best level", "pg_dump $URL | zstd -19 -T0", .complete),
    ("a cluster", "pg_dumpall -d $URL | gzip", .complete),
    ("two members", "(pg_dump -t t $URL | gzip; pg_dump -t u $URL | gzip)", .complete),
    (
      "split by the line", "pg_dump $URL > x; (head -99 x | gzip; tail -n +100 x | gzip)", .complete
    ),
    ("gzip, cut", "pg_dump $URL | gzip | head -c 20000", .truncated),
    ("zstd, cut", "pg_dump $URL | zstd | head -c 10000", .truncated),
    ("pg_dump was killed", "pg_dump $URL | head -n 3000 | gzip", .noEndMark),
    ("pg_dump was killed before zstd", "pg_dump $URL | head -n 3000 | zstd", .noEndMark),
    ("pg_dump could not log in", "pg_dump ${URL}x 2>/dev/null | gzip", .noEndMark),
    (
      "a cluster after its first database",
      "pg_dumpall -d $URL | sed '/database dump complete/q' | gzip", .noEndMark
    ),
    ("garbage in the middle", "pg_dump $URL | gzip > x; (head -c 9999 x; cat x)", .damaged),
    ("garbage behind", "pg_dump $URL | zstd; echo garbage", .damaged),
    ("a custom dump", "pg_dump -Fc $URL | gzip", .unknownFormat),
    ("another program", "mysqldump 2>/dev/null; echo '-- MySQL dump' | gzip", .unknownFormat),
    ("another compression", "pg_dump $URL | xz 2>/dev/null || printf 'BZh9'", .unknownFormat),
  ]

  @Test func compressedDumpsAreReadToTheirEnd() async throws {
    let server = try await ThrowawayPostgres.start()
    try await server.run(
      """
      CREATE TABLE t (id int PRIMARY KEY, v text);
      INSERT INTO t SELECT g, md5(g::text) FROM generate_series(1, 5000) g;
      CREATE TABLE u AS SELECT * FROM t
      """)
    let folder = try TemporaryDirectory(prefix: "tocsin-dump")
    let programs = try #require(ThrowawayPostgres.programs)
    for (index, dump) in Self.piped.enumerated() {
      let child = try ChildProcess.start(
        "sh",
        [
          "-uc",
          "PATH=\(programs):$PATH; { \(dump.script); } > \(index); touch -d '1 hour ago' \(index)",
        ],
        environment: ["URL": server.url, "PGPASSWORD": ThrowawayPostgres.password],
        directory: folder.path)
      #expect(try await child.waitForExit() == 0, "\(child.output)")
    }
    let inspector = BackupFiles.inspector(logger: Logger(label: "test"))
    let collector = BackupCollector(
      Self.piped.indices.map {
        BackupSource(name: Self.piped[$0].name, pattern: folder.file("\($0)"))
      },
      list: BackupFiles.list, inspector: inspector)
    let shown = try await read(collector, with: inspector, count: Self.piped.count)
    for dump in Self.piped {
      #expect(shown.ending(dump.name) == dump.ending.rawValue, "\(dump.name)")
      #expect(
        shown.value("tocsin_postgres_backup_newest_complete", ["backup": dump.name])
          == dump.ending.isComplete.map { $0 ? 1 : 0 }, "\(dump.name)")
    }
    #expect(shown.all("tocsin_postgres_backup_newest_read_ratio").isEmpty)
  }

  @Test func aDumpInProgressIsNotCalledBroken() async throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-dump")
    let child = try ChildProcess.start(
      "sh",
      ["-euc", "seq 100000 | gzip > x; head -c 9999 x > a.gz; echo '-- Postgre' > a.sql; : > a"],
      directory: folder.path)
    #expect(try await child.waitForExit() == 0)
    let names = ["a.gz", "a.sql", "a"]
    let inspector = BackupFiles.inspector(logger: Logger(label: "test"))
    let collector = BackupCollector(
      names.map { BackupSource(name: $0, pattern: folder.file($0)) }, list: BackupFiles.list,
      inspector: inspector)
    let reading = Task { await inspector.run() }
    let shown = try await exposition(collector)
    #expect(shown.all("tocsin_postgres_backup_newest_complete").isEmpty)
    #expect(names.map { shown.ending($0) } == ["reading", "unknown_format", "settling"])
    reading.cancel()
    await reading.value
  }

  /// Scrapes repeatedly until all compressed files are read.
  private func read(
    _ collector: BackupCollector, with inspector: BackupInspector, count: Int
  ) async throws -> ExpositionText {
    let reading = Task { await inspector.run() }
    defer { reading.cancel() }
    try await eventually("all files were read") {
      let shown = try await exposition(collector)
      return shown.all("tocsin_postgres_backup_newest_ending_info").count == count
        && !shown.all("tocsin_postgres_backup_newest_ending_info")
          .contains { $0.labels["ending"] == "reading" }
    }
    return try await exposition(collector)
  }
}

private func exposition(_ collector: BackupCollector) async throws -> ExpositionText {
  var buffer = FamilyBuffer()
  buffer.beginScrape()
  try await collector.collect(into: &buffer, context: .relaxed)
  return ExpositionText(buffer.render().text)
}

extension ExpositionText {
  /// The reported ending of a backup.
  fileprivate func ending(_ backup: String) -> String? {
    let infos = all("tocsin_postgres_backup_newest_ending_info")
    return infos.first { $0.labels["backup"] == backup }?.labels["ending"]
  }
}
