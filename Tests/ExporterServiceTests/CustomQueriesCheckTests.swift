import CollectorCore
import ExporterConfiguration
import YAMLDecoding
import Configuration
import Foundation
import Logging
import TestSupport
import Testing

@testable import ExporterService

/// The shipped example.
private let example = "\(#filePath)".replacing(
  "Tests/ExporterServiceTests/CustomQueriesCheckTests.swift", with: "config/queries.yml")

private func check(_ files: [String], _ url: String?) async throws -> ([String], mistakes: Int) {
  let diagnostics = ConfigDiagnostics()
  let check = try CustomQueriesCheck(
    files: files, url: url, configuration: ExporterConfiguration(), diagnostics: diagnostics)
  var lines: [String] = diagnostics.errors.map(\.description) + check.summary
  let mistakes = await check.run(all: false) { lines.append($0) }
  return (lines, mistakes)
}

@Suite struct CustomQueriesCheckTests {
  @Test func theShippedExampleShowsStuckJobs() async throws {
    let server = try await ThrowawayPostgres.start()
    try await server.run("CREATE DATABASE analytics")
    let skipped = try await check([example], server.url)
    #expect(skipped.mistakes == 0)
    #expect(
      skipped.0.contains("  stuck_jobs in analytics: not run: predicate has_jobs is not true"),
      "\(skipped.0)")
    try await server.run(
      """
      CREATE TABLE jobs (id int, status text, created_at timestamptz);
      INSERT INTO jobs VALUES (1, 'processing', now() - interval '3 hours'),
        (2, 'processing', now()), (3, 'done', now() - interval '1 day');
      """, database: "analytics")
    let (lines, mistakes) = try await check([example], server.url)
    #expect(mistakes == 0)
    #expect(lines.contains(#"    etl_stuck_jobs{datname="analytics"} 1"#), "\(lines)")
    #expect(lines.contains(#"    etl_jobs{status="processing",datname="analytics"} 2"#))
    #expect(lines.contains { $0.hasPrefix("  stuck_jobs in analytics: 1 row, 2 series, ") })
  }

  @Test func queriesWithoutRowsAreShown() async throws {
    let server = try await ThrowawayPostgres.start()
    let folder = try TemporaryDirectory(prefix: "tocsin-queries")
    let file = try folder.write(
      """
      queries:
        - name: none
          query: SELECT datname, 1 AS n, 'x'::text AS t FROM pg_database WHERE false
          metrics:
            - {metric_name: app_n, type: gauge, key_labels: [datname], values: n}
            - {metric_name: app_t, type: gauge, values: t}
      """, to: "q.yml")
    let (lines, mistakes) = try await check([file], server.url)
    #expect(mistakes == 0)
    #expect(lines.contains("    app_n{datname}: no row gives it a value now"), "\(lines)")
    #expect(lines.contains { $0.contains("warning: column \"t\" is text") }, "\(lines)")
    #expect(!lines.contains { $0.contains("column \"n\"") })
  }

  @Test func filesAreReadAgainAndAMistakeChangesNothing() async throws {
    let server = try await ThrowawayPostgres.start()
    let folder = try TemporaryDirectory(prefix: "tocsin-queries")
    func write(_ value: String) throws -> String {
      try folder.write(
        """
        queries:
          - name: one
            query: SELECT \(value) AS v
            metrics: [{metric_name: app_v, type: gauge, values: v}]
        """, to: "q.yml")
    }
    var configuration = ExporterConfiguration()
    configuration.postgres = [
      ExporterConfiguration.Server(
        connection: .inline(server.url), password: nil, origin: "test")
    ]
    configuration.queryFiles = [CustomQueriesFile.Reference(path: try write("1"))]
    configuration.runsDefaults = false
    let logger = Logger(label: "test")
    let assembly = try ExporterAssembly(configuration, logger: logger)
    func value() async -> (Double?, Double?) {
      let bytes = await assembly.runner.gather(within: .seconds(60)).bytes
      let shown = ExpositionText(String(decoding: bytes, as: UTF8.self))
      return (
        shown.value("app_v"), shown.value("postgres_exporter_config_last_reload_successful")
      )
    }
    #expect(await value() == (1, 1))
    _ = try write("2")
    #expect(assembly.customQueries.run(logger: logger))
    #expect(await value() == (2, 1))
    _ = try folder.write("queries:\n  - name: broken\n", to: "q.yml")
    #expect(!assembly.customQueries.run(logger: logger))
    #expect(await value() == (2, 0))
  }

  @Test func aPatternOfFilesIsExpandedAgain() async throws {
    let server = try await ThrowawayPostgres.start()
    let folder = try TemporaryDirectory(prefix: "tocsin-queries")
    func write(_ name: String) throws {
      try folder.write(
        """
        queries:
          - {name: \(name), query: SELECT 1 AS v, metrics: [{metric_name: app_\(name), type: gauge, values: v}]}
        """, to: "\(name).yml")
    }
    var configuration = ExporterConfiguration()
    configuration.postgres = [
      .init(connection: .inline(server.url), password: nil, origin: "test")
    ]
    configuration.queryFiles = [.init(path: folder.file("*.yml"), isPattern: true)]
    configuration.runsDefaults = false
    let logger = Logger(label: "test")
    let assembly = try ExporterAssembly(configuration, logger: logger)
    func shown() async -> [String] {
      let bytes = await assembly.runner.gather(within: .seconds(60)).bytes
      return ExpositionText(String(decoding: bytes, as: UTF8.self)).samples.map(\.name)
        .filter { $0.hasPrefix("app_") }
    }
    #expect(await shown() == [], "no file yet")
    for (change, expected) in [
      ({ try write("a") }, ["app_a"]), ({ try write("b") }, ["app_a", "app_b"]),
      ({ try FileManager.default.removeItem(atPath: folder.file("a.yml")) }, ["app_b"]),
    ] as [(() throws -> Void, [String])] {
      try change()
      #expect(assembly.customQueries.run(logger: logger))
      #expect(await shown() == expected)
    }
  }

  @Test func mistakesAreReportedWithAFix() async throws {
    let server = try await ThrowawayPostgres.start()
    try await server.run(
      "CREATE TABLE jobs (id int); INSERT INTO jobs SELECT generate_series(1, 30)")
    let folder = try TemporaryDirectory(prefix: "tocsin-queries")
    let file = try folder.write(
      """
      queries:
        - {name: lost, query: SELECT id FROM jobs, metrics: [{metric_name: a, type: gauge, values: id}]}
        - {name: text, query: "SELECT 'x' AS v", metrics: [{metric_name: b, type: gauge, values: v}]}
        - name: many
          query: SELECT id FROM public.jobs ORDER BY id
          max_rows: 20
          metrics: [{metric_name: c, type: gauge, key_labels: [id], static_value: 1}]
      """, to: "q.yml")
    let (lines, mistakes) = try await check([file], server.url)
    #expect(mistakes == 2)
    let text = lines.joined(separator: "\n")
    #expect(text.contains("lost in postgres: FAILED"))
    #expect(text.contains("public.jobs"))
    #expect(text.contains("mistake: column \"v\" holds \"x\", which is not a number"))
    #expect(text.contains("many in postgres: 30 rows, 20 series"))
    #expect(text.contains("... and 10 more") && text.contains("10 rows beyond the limits"))
    #expect(!text.contains(ThrowawayPostgres.password))
  }

  @Test func theExporterShowsQueriesAndFaultyFiles() async throws {
    let server = try await ThrowawayPostgres.start()
    let folder = try TemporaryDirectory(prefix: "tocsin-queries")
    let goodFile = try folder.write(
      """
      my_app:
        query: "SELECT 'a' AS name, 7 AS size, 8 AS extra, true AS ok, NULL::int AS gone"
        metrics:
          - name: {usage: LABEL}
          - size: {usage: COUNTER}
          - ok: {usage: GAUGE}
          - gone: {usage: GAUGE}
      my_fault: {query: SELECT 1/0 AS n}
      pg_locks: {query: ""}
      """, to: "queries.yaml")
    let bad = try folder.write("queries: [{name: x}]\n", to: "bad.yml")
    var configuration = ExporterConfiguration()
    configuration.postgres = [
      .init(connection: .inline(server.url), password: nil, origin: "test")
    ]
    configuration.queryFiles = [.init(path: goodFile), .init(path: bad)]
    let assembly = try ExporterAssembly(configuration, logger: Logger(label: "test"))
    let gathering = await assembly.runner.gather(within: .seconds(60))
    let shown = ExpositionText(String(decoding: gathering.bytes, as: UTF8.self))
    let label = ["server": "127.0.0.1:\(server.port)", "name": "a"]
    #expect(shown.value("my_app_size", label) == 7)
    #expect(shown.value("my_app_extra", label) == 8)
    #expect(shown.value("my_app_ok", label) == 1)
    #expect(shown.value("my_app_gone", label)?.isNaN == true)
    #expect(shown.types["my_app_extra"] == "untyped")
    #expect(shown.value("pg_up") == 1)
    #expect(shown.value("tocsin_postgres_query_success", ["query": "my_fault"]) == 0)
    #expect(shown.all("pg_locks_count").isEmpty, "an empty query turns a namespace off")
    #expect(!shown.all("pg_stat_database_numbackends").isEmpty)
    #expect(shown.value("pg_exporter_user_queries_load_error", ["filename": goodFile]) == 0)
    #expect(shown.value("pg_exporter_user_queries_load_error", ["filename": bad]) == 1)
    #expect(shown.strayLines.isEmpty)
  }
}

/// Debian's postgres_exporter.
private let referenceExporter = "/usr/bin/prometheus-postgres-exporter"

@Test
func seriesEqualThoseOfPostgresExporter() async throws {
  let server = try await ThrowawayPostgres.start()
  let folder = try TemporaryDirectory(prefix: "tocsin-queries")
  let file = try folder.write(
    """
    my_cmp:
      query: "SELECT 'a\\"b' AS name, 7::bigint AS size, 1.5::float8 AS ratio, 12.25::numeric AS num,
        true AS ok, NULL::int AS gone, '2026-11-21 09:28:34+00'::timestamptz AS started, 'x' AS note,
        99 AS extra, false AS extra_bool, 'text' AS extra_text, ARRAY[0.1, 1, 10]::float8[] AS lat,
        ARRAY[1, 3, 4]::int8[] AS lat_bucket, 4.5::float8 AS lat_sum, 5::int8 AS lat_count
        UNION ALL SELECT NULL, 8, 2, 3, false, 4, '2026-11-21', NULL, NULL, true, 'text',
        ARRAY[1]::float8[], ARRAY[0]::int8[], 0, 0"
      metrics:
        - name: {usage: "LABEL", description: "d"}
        - size: {usage: "COUNTER", description: "d"}
        - ratio: {usage: "GAUGE", description: "d"}
        - num: {usage: "GAUGE", description: "d"}
        - ok: {usage: "GAUGE", description: "d"}
        - gone: {usage: "GAUGE", description: "d"}
        - started: {usage: "GAUGE", description: "d"}
        - lat: {usage: "HISTOGRAM", description: "d"}
        - note: {usage: "DISCARD", description: "d"}
    """, to: "queries.yaml")
  let port = try FreePort.next()
  let theirs = try ChildProcess.start(
    referenceExporter, ["--extend.query-path=\(file)", "--web.listen-address=127.0.0.1:\(port)"],
    environment: ["DATA_SOURCE_NAME": server.url + "?sslmode=disable"])
  defer { theirs.terminate() }
  try await theirs.waitUntilAccepting(port: port)
  let curl = try ChildProcess.start("curl", ["-s", "http://127.0.0.1:\(port)/metrics"])
  try await curl.waitForExit()
  var configuration = ExporterConfiguration()
  configuration.postgres = [
    .init(connection: .inline(server.url), password: nil, origin: "test")
  ]
  configuration.queryFiles = [.init(path: file)]
  let assembly = try ExporterAssembly(configuration, logger: Logger(label: "test"))
  let gathering = await assembly.runner.gather(within: .seconds(60))
  let label = "server=\"127.0.0.1:\(server.port)\""
  func lines(_ text: String) -> [String] {
    // postgres_exporter appends its label after the others, or has it alone.
    let bare = text.replacing("{\(label)}", with: "").replacing("\(label),", with: "")
      .replacing(",\(label)", with: "")
    return bare.split(separator: "\n").map(String.init).filter { line in
      ["my_cmp", "# TYPE my_cmp", "pg_exporter_user_queries"].contains { line.hasPrefix($0) }
    }.sorted()
  }
  let expected = lines(curl.output)
  #expect(expected.count > 30)
  #expect(lines(String(decoding: gathering.bytes, as: UTF8.self)) == expected)
}
