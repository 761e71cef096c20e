import YAMLDecoding
import MetricModel
import PostgresCollectors
import TestSupport
import Testing

@testable import ExporterConfiguration

private func read(
  _ text: String, databases: [String] = [], selection: PostgresSelection = PostgresSelection()
) throws -> (CustomQueriesFile, errors: [String], warnings: [String]) {
  let folder = try TemporaryDirectory(prefix: "tocsin-queries")
  let diagnostics = ConfigDiagnostics()
  let file = CustomQueriesFile.read(
    .init(path: try folder.write(text, to: "q.yml"), databases: databases), builtIn: selection,
    diagnostics: diagnostics)
  func short(_ errors: [ConfigError]) -> [String] {
    errors.map { $0.description.replacing(folder.path + "/", with: "") }
  }
  return (file, short(diagnostics.errors), short(diagnostics.warnings))
}

@Suite struct CustomQueriesFileTests {
  @Test func aFileOfPostgresExporterIsReadUnchanged() throws {
    let (file, errors, warnings) = try read(
      """
      pg_replication_status:
        query: "SELECT 1 AS lag, 'x' AS server, now() AS started, '5s' AS took, 'up' AS state"
        master: true
        cache_seconds: 30
        runonserver: ">=9.6.0 <99.0.0"
        theme: dark
        metrics:
          - server: {usage: "LABEL", description: "Which"}
          - lag:
              usage: "GAUGE"
              description: "Lag in seconds"
              pg_version: ">=10.0.0"
          - started: {usage: COUNTER}
          - took: {usage: DURATION, description: d}
          - state: {usage: MAPPEDMETRIC, metric_mapping: {up: 1, down: 0.5}}
          - size: {usage: HISTOGRAM}
          - ignored: {usage: DISCARD}
      pg_stat_bgwriter:
        query: ""
      my_view:
        cache_seconds: 600
        metrics: [{n: {usage: GAUGE}}]
      """, databases: ["a", "b"])
    #expect(errors.isEmpty)
    #expect(warnings.count == 1 && warnings[0].hasPrefix("q.yml:6:3: "), "\(warnings)")
    #expect(!file.isFaulty && file.hash.count == 64)
    #expect(file.disabled == ["stat_bgwriter"])
    #expect(file.queries.map(\.name) == ["pg_replication_status", "my_view"])
    let query = file.queries[0]
    #expect(query.ttl == .seconds(30) && query.lane == .fast && query.databases.isEmpty)
    #expect(query.versions.contains(150_000) && !query.versions.contains(90_500))
    #expect(query.searchPath == ["pg_catalog", "$user", "public"])
    #expect(
      query.metrics.map(\.name) == [
        "pg_replication_status_lag", "pg_replication_status_started",
        "pg_replication_status_took_milliseconds", "pg_replication_status_state",
        "pg_replication_status_size",
      ])
    #expect(query.metrics.map(\.type) == [.gauge, .counter, .gauge, .gauge, .histogram])
    #expect(query.metrics[0].labels == [CustomLabel("server", name: "exported_server")])
    #expect(!query.metrics[0].versions.contains(90_600))
    #expect(query.metrics[3].reading == .mapping(["up": 1, "down": 0.5]))
    #expect(
      query.undeclared?.known == [
        "server", "lag", "started", "took", "state", "size", "size_bucket", "size_sum",
        "size_count", "ignored",
      ])
    #expect(file.queries[1].sql == "SELECT * FROM my_view")
    #expect(file.queries[1].lane == .slow && file.queries[1].ttl == .seconds(600))
    #expect(file.queries[1].databases == ["a", "b"])
  }

  @Test func builtInNamesArePreferredOverPostgresExporterFiles() throws {
    let text =
      "pg_database: {query: SELECT 1, metrics: [{datname: {usage: LABEL}},"
      + " {size_bytes: {usage: GAUGE}}, {mine: {usage: GAUGE}}]}"
    let (file, errors, warnings) = try read(text)
    #expect(errors.isEmpty && warnings.count == 1 && !file.isFaulty)
    #expect(file.queries[0].metrics.map(\.name) == ["pg_database_mine"])
    var selection = PostgresSelection()
    selection.disabled = Set(PostgresCollectors.names)
    let (other, _, none) = try read(text, selection: selection)
    #expect(none.isEmpty)
    #expect(other.queries[0].metrics.map(\.name) == ["pg_database_size_bytes", "pg_database_mine"])
  }

  @Test(arguments: [
    ("a: {query: DELETE FROM t}", "q.yml:1:12", "not DELETE"),
    ("a: {query: SELECT 1; SELECT 2}", "q.yml:1:21", "second"),
    ("a: {query: SELECT 1, metrics: {b: {usage: GAUGE}}}", "q.yml:1:31", "list"),
    ("a: {query: SELECT 1, metrics: [{b: {usage: GUAGE}}]}", "q.yml:1:44", "GAUGE"),
    ("a: {query: SELECT 1, metrics: [{b: {description: x}}]}", "q.yml:1:36", "usage"),
    ("a: {query: SELECT 1, metrics: [{b: {usage: MAPPEDMETRIC}}]}", "q.yml:1:36", "mapping"),
    ("a: {query: SELECT 1, metrics: [{b: {usage: GAUGE, pg_version: new}}]}", "q.yml:1:", "range"),
    ("a: {query: SELECT 1, metrics: [{b-c: {usage: LABEL}}]}", "q.yml:1:38", "b-c"),
    ("a: {query: SELECT 1, metrics: [{__b: {usage: LABEL}}]}", "q.yml:1:38", "Prometheus"),
    (
      "a: {query: SELECT 1, metrics: [{b: {usage: GAUGE}}, {b: {usage: GAUGE}}]}", "q.yml:1:",
      "twice"
    ),
    ("a: {query: SELECT 1, runonserver: later}", "q.yml:1:35", "range"),
    ("a: {query: SELECT 1, cache_seconds: -1}", "q.yml:1:37", "0"),
    ("a b: {query: SELECT 1}", "q.yml:1:6", "metric name"),
    ("tocsin_x: {query: SELECT 1, metrics: [{b: {usage: GAUGE}}]}", "q.yml:1:43", "reserved"),
    ("a: text", "q.yml:1:4", "mapping"), ("- a", "q.yml:1:1", "mapping"), ("a: [", "q.yml:", ""),
  ])
  func mistakesInPostgresExporterFormatAreNamed(text: String, place: String, word: String) throws {
    let (file, errors, _) = try read(text + "\n")
    #expect(errors.count == 1 && file.isFaulty && file.queries.isEmpty)
    #expect(errors.first?.hasPrefix(place) == true, "\(errors)")
    #expect(errors.first?.contains(word) == true, "\(errors)")
  }

  @Test func oneBadQueryDoesNotAffectTheOthers() throws {
    let (file, errors, _) = try read("a: {query: DROP TABLE t}\nb: {query: SELECT 1 AS n}\n")
    #expect(errors.count == 1 && file.isFaulty)
    #expect(file.queries.map(\.name) == ["b"])
  }

  @Test func anUnreadableFileIsFaulty() {
    let diagnostics = ConfigDiagnostics()
    let file = CustomQueriesFile.read(.init(path: "/nowhere/q.yml"), diagnostics: diagnostics)
    #expect(file.isFaulty && file.hash.isEmpty && diagnostics.count == 1)
  }
}

@Suite struct OwnQueriesFormatTests {
  @Test func everyKeyOfAQueryIsRead() throws {
    let (file, errors, warnings) = try read(
      """
      queries:
        - name: jobs
          desc: Jobs of the ETL pipeline.
          query: |
            SELECT status, count(*) AS n, sum(size) AS bytes FROM public.jobs GROUP BY 1;
          ttl: 1m
          timeout: 2s
          lock_timeout: 50ms
          min_version: 9.6
          max_version: 18
          role: primary
          databases: [analytics]
          search_path: [pg_catalog, etl]
          predicate_queries:
            - {name: exists, predicate_query: SELECT true}
          max_rows: 10
          max_series: 20
          on_overflow: other
          metrics:
            - metric_name: etl_jobs
              type: gauge
              help: Jobs by status.
              key_labels: [status]
              static_labels: {team: etl}
              values: [n, bytes]
              value_label: what
              scale: 0.5
              default: 0
            - {metric_name: etl_mapped, type: gauge, values: n, mapping: {a: 1}}
            - {metric_name: etl_info, type: gauge, key_labels: [status], static_value: 1}
            - {metric_name: etl_h, type: histogram, values: h}
        - {name: big, query: SELECT 1 AS v, lane: slow,
           metrics: [{metric_name: etl_big, type: counter, values: [v]}]}
        - {name: off, skip: true, query: SELECT 1 AS v,
           metrics: [{metric_name: etl_off, type: untyped, values: [v]}]}
      """)
    #expect(errors.isEmpty && warnings.isEmpty, "\(errors)")
    #expect(file.queries.map(\.name) == ["jobs", "big"])
    var jobs = CustomQuery(
      name: "jobs",
      sql: "SELECT status, count(*) AS n, sum(size) AS bytes FROM public.jobs GROUP BY 1;\n")
    jobs.ttl = .seconds(60)
    jobs.timeout = .seconds(2)
    jobs.lockTimeout = .milliseconds(50)
    jobs.versions = VersionRange(from: 90_600, before: 180_000)
    jobs.role = .primary
    jobs.databases = ["analytics"]
    jobs.searchPath = ["pg_catalog", "etl"]
    jobs.predicates = [.init(name: "exists", sql: "SELECT true")]
    (jobs.maxRows, jobs.maxSeries, jobs.onOverflow) = (10, 20, .other)
    jobs.metrics = file.queries[0].metrics
    #expect(file.queries[0] == jobs)
    var metric = CustomMetric(
      name: "etl_jobs", type: .gauge, help: "Jobs by status.", labels: [CustomLabel("status")],
      values: [.init(column: "n"), .init(column: "bytes")])
    metric.staticLabels = [Label(name: "team", value: "etl")]
    metric.valueLabel = "what"
    metric.scale = 0.5
    metric.null = 0
    #expect(jobs.metrics[0] == metric)
    #expect(
      jobs.metrics.dropFirst().map(\.reading) == [.mapping(["a": 1]), .constant(1), .histogram])
    let big = file.queries[1]
    #expect(big.lane == .slow && big.ttl == .seconds(300) && big.timeout == .seconds(60))
  }

  /// A query with one key of the query or of the metric replaced.
  private func text(query: String = "", metric: String = "") -> String {
    """
    queries:
      - name: q
        query: SELECT 1 AS v
        \(query)
        metrics:
          - metric_name: app_q
            type: gauge
            \(metric.isEmpty ? "values: [v]" : metric)

    """
  }

  @Test(arguments: [
    ("ttl: soon", "q.yml:4:10", "duration"), ("tttl: 5s", "q.yml:4:5", "did you mean \"ttl\""),
    ("timeout: 0s", "q.yml:4:14", "more than 0"), ("lane: fsat", "q.yml:4:11", "fast"),
    ("{lane: slow, ttl: 1s}", "q.yml", ""), ("role: replica", "q.yml:4:11", "standby"),
    ("min_version: new", "q.yml:4:18", "9.6"), ("max_rows: 0", "q.yml:4:15", "1"),
    ("max_series: many", "q.yml:4:17", "whole number"),
    ("on_overflow: explode", "q.yml:4:18", "other"), ("tags: [cluster]", "q.yml:4:5", "role"),
    ("predicate_queries: [{predicate_query: DROP TABLE t}]", "q.yml:4:43", "not DROP"),
    ("databases: [a, a]", "q.yml:4:16", "twice"),
  ])
  func mistakesInAQueryAreNamed(line: String, place: String, word: String) throws {
    let (file, errors, _) = try read(text(query: line))
    #expect(errors.count >= 1 && file.queries.isEmpty)
    #expect(errors.first?.hasPrefix(place) == true, "\(errors)")
    #expect(errors.first?.contains(word) == true, "\(errors)")
  }

  @Test(arguments: [
    ("values: [v, w]", "value_label"), ("key_labels: [k]", "values"),
    ("{}", ""), ("values: [v]\n        static_value: 1", "either"),
    ("values: [v]\n        key_labels: [v]", "both a label and a value"),
    ("values: [v]\n        key_labels: [server]", "set by tocsin"),
    ("values: [v]\n        key_labels: [a b]", "no name"),
    ("values: [v]\n        key_labels: [a]\n        static_labels: {a: x}", "twice"),
    ("values: [v]\n        mapping: {a: x}", "number"),
    ("values: [v]\n        scale: big", "number"), ("values: [v]\n        lables: [a]", "unknown"),
  ])
  func mistakesInAMetricAreNamed(line: String, word: String) throws {
    let (_, errors, _) = try read(text(metric: line))
    #expect(errors.count >= 1)
    #expect(errors.contains { $0.contains(word) }, "\(errors)")
  }

  @Test(arguments: [
    ("tocsin_x", "reserved"), ("up", "reserved"), ("pg_settings_x", "reserved"),
    ("pg_database_size_bytes", "postgres."), ("1x", "no name"), ("node_load1", "reserved"),
  ])
  func takenNamesAreRefused(name: String, word: String) throws {
    let (_, errors, _) = try read(text().replacing("app_q", with: name))
    #expect(errors.count == 1 && errors[0].contains(word), "\(errors)")
    #expect(errors[0].hasPrefix("q.yml:6:22"), "\(errors)")
  }

  @Test func metricsOfSeveralFilesMustAgree() throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-queries")
    let diagnostics = ConfigDiagnostics()
    let other = text(metric: "values: [v]\n        key_labels: [k]")
    let files = CustomQueriesFile.read(
      [
        .init(path: try folder.write(text(), to: "a.yml")),
        .init(path: try folder.write(other, to: "b.yml")),
      ], diagnostics: diagnostics)
    #expect(files.map(\.isFaulty) == [false, true])
    #expect(files.map { $0.queries[0].metrics.count } == [1, 0])
    #expect(diagnostics.errors.first?.description.contains("app_q") == true)
  }

  @Test func queryFilesAreNamedInTheConfiguration() throws {
    let folder = try TemporaryDirectory(prefix: "tocsin-queries")
    for name in ["a.yml", "qb.yml", "qc.yml"] { _ = try folder.write(text(), to: name) }
    let diagnostics = ConfigDiagnostics()
    let file = try folder.write(
      "postgres: {queries: [a.yml, 'q*.yml', {file: d.yml, databases: [x]}], servers: []}\n",
      to: "exporter.yml")
    let configuration = ExporterConfiguration.read(file: file, diagnostics: diagnostics)
    #expect(diagnostics.isEmpty, "\(diagnostics.errors)")
    let files = configuration.queryFiles.flatMap(\.files)
    #expect(
      files.map { $0.path.replacing(folder.path + "/", with: "") } == [
        "a.yml", "qb.yml", "qc.yml", "d.yml",
      ])
    #expect(files[3].databases == ["x"])
  }
}
