import ExpositionFormat
import MetricModel

extension TableQuery {
  /// Blocks read and found in the cache, for each index of the connected database; off by default
  /// because there are many. The largest come first.
  static let userIndexesIO = TableQuery(
    name: "statio_user_indexes", scope: .database, isEnabledByDefault: false,
    prefix: "pg_statio_user_indexes_",
    labels: [.of("schemaname"), .of("relname"), .of("indexrelname")],
    values: [
      .of(
        .counter, "idx_blks_read_total", "Blocks of the index read.", sql: "idx_blks_read", null: 0),
      .of(
        .counter, "idx_blks_hit_total", "Blocks of the index found in the cache.",
        sql: "idx_blks_hit", null: 0),
    ],
    source: """
      FROM (SELECT oid, relpages FROM pg_class WHERE relkind = 'i' AND relpersistence <> 't'
          AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace)
        ORDER BY relpages DESC, oid LIMIT \(tableLimit)) l
      JOIN pg_statio_user_indexes t ON t.indexrelid = l.oid ORDER BY l.oid
      """)

  /// The buffer cache as a whole, from the extension pg_buffercache on PostgreSQL 16 and later.
  static let bufferCache = TableQuery(
    name: "buffercache_summary", isEnabledByDefault: false, prefix: "pg_buffercache_summary_",
    since: 160_000, labels: [],
    values: [
      .of(.gauge, "buffers_used", "Buffers in use."),
      .of(.gauge, "buffers_unused", "Buffers not in use."),
      .of(.gauge, "buffers_dirty", "Buffers to be written."),
      .of(.gauge, "buffers_pinned", "Buffers that a session holds."),
      .of(.gauge, "usagecount_avg", "Mean usage count of the buffers in use."),
    ],
    source: "FROM @schema@.pg_buffercache_summary()", needs: "pg_buffercache")

  /// Since when each autovacuum has run, by the table that it works on.
  static let activityAutovacuum = TableQuery(
    name: "stat_activity_autovacuum", isEnabledByDefault: false,
    prefix: "pg_stat_activity_autovacuum_",
    labels: [.of("relname", sql: "substring(query FROM '^autovacuum: [^.]+\\.(\\S+)')")],
    values: [
      .of(
        .gauge, "timestamp_seconds", "Unix time of the start of the autovacuum.",
        sql: "extract(epoch FROM min(xact_start))")
    ],
    source: "FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'"
      + " AND query LIKE 'autovacuum:%' AND xact_start IS NOT NULL GROUP BY 1 ORDER BY 1")

  /// The WAL position by the function of PostgreSQL before 10, which is older than what Tocsin
  /// supports: the name is accepted, and there are no data.
  static let xlogLocation = TableQuery(
    name: "xlog_location", isEnabledByDefault: false, prefix: "pg_xlog_location_", labels: [],
    values: [
      .of(
        .gauge, "bytes", "WAL position.",
        sql: "pg_xlog_location_diff(pg_current_xlog_location(),"
          + " '0/0')", before: 100_000)
    ],
    source: "")
}

/// How long idle sessions have been idle, as a histogram by state and application.
struct ProcessIdleQuery: PostgresQuery {
  let name = "process_idle"
  let pace = QueryPace.everyScrape
  let isEnabledByDefault = false

  private static let bounds: [Double] = [1, 2, 5, 15, 30, 60, 90, 120, 300]

  func sql(version: Int) -> String? {
    let buckets = Self.bounds.enumerated().map { index, bound in
      "count(*) FILTER (WHERE idle <= \(Int(bound))) AS bucket_\(index)"
    }
    return """
      SELECT state, application_name, sum(idle) AS sum, count(*) AS count, \
      \(buckets.joined(separator: ", "))
      FROM (SELECT state, application_name,
          greatest(extract(epoch FROM clock_timestamp() - state_change), 0) AS idle
        FROM pg_stat_activity WHERE state LIKE 'idle%' AND pid <> pg_backend_pid()) idle
      GROUP BY 1, 2 ORDER BY count(*) DESC, 1, 2 LIMIT \(TableQuery.applicationNames)
      """
  }

  func decode<Rows: PostgresRows & ~Copyable>(
    _ rows: borrowing Rows, into buffer: inout FamilyBuffer
  ) {
    guard let state = rows.column("state"), let application = rows.column("application_name"),
      let sum = rows.column("sum"), let count = rows.column("count")
    else { return }
    buffer.family(
      "pg_process_idle_seconds", .histogram, "Seconds that idle sessions have been idle.",
      labels: ["state", "application_name"])
    for row in 0..<rows.rowCount {
      let buckets = Self.bounds.enumerated().compactMap { index, bound in
        rows.column("bucket_\(index)").flatMap { rows.number(row, $0) }.map { (bound, $0) }
      }
      buffer.addHistogram(
        buckets: buckets, sum: rows.number(row, sum) ?? 0, count: rows.number(row, count) ?? 0,
        values: [rows.text(row, state) ?? "", rows.text(row, application) ?? ""])
    }
  }
}
