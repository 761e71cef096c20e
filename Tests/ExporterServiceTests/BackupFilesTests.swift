import Foundation
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
  #expect(try await child.waitForExit(timeout: .seconds(60)) == 0, "\(child.output)")
  return folder.file(name)
}

@Suite struct BackupFilesTests {
  @Test func everyFormatShowsWhetherItIsWhole() async throws {
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
      #expect(BackupFiles.ending(path) == .complete, "\(name)")
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      let cuts =
        [0, 3, 100, 2_000, bytes.count / 2, bytes.count - 100]
        + (flags.isEmpty ? [] : [bytes.count - 3])
      for length in cuts {
        let cut = folder.file("cut")
        try Data(bytes.prefix(length)).write(to: URL(fileURLWithPath: cut))
        #expect(BackupFiles.ending(cut) != .complete, "\(name) cut at \(length)")
      }
    }
    let schema = try await dump(server, folder, "schema.dump", ["-Fc", "--schema-only"])
    #expect(BackupFiles.ending(schema) == .complete)
  }

  @Test func aFolderIsADump() async throws {
    let server = try await ThrowawayPostgres.start()
    try await server.run("CREATE TABLE t AS SELECT generate_series(1, 5000) AS id")
    let folder = try TemporaryDirectory(prefix: "tocsin-dump")
    let path = try await dump(server, folder, "night", ["-Fd"])
    let found = BackupFiles.list(folder.file("*"))
    #expect(found.map(\.path) == [path])
    #expect(found.first?.size ?? 0 > 1_000)
    #expect(BackupFiles.ending(path) == .complete)
    let data = try #require(
      FileManager.default.contentsOfDirectory(atPath: path).first { $0.hasSuffix(".gz") })
    try FileManager.default.moveItem(atPath: "\(path)/\(data)", toPath: folder.file("aside"))
    #expect(BackupFiles.ending(path) == .truncated)
    try FileManager.default.moveItem(atPath: folder.file("aside"), toPath: "\(path)/\(data)")
    try FileManager.default.removeItem(atPath: "\(path)/toc.dat")
    #expect(BackupFiles.ending(path) == .truncated, "pg_dump writes it last")
  }
}
