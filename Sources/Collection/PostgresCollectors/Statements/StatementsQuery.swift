import ExpositionFormat
import MetricModel

/// The most expensive statements, from the extension pg_stat_statements, without their texts.
///
/// Its columns follow the version of the extension, which may be older than the server after an
/// upgrade. The texts are never read here: they lie in a file that can be hundreds of megabytes.
struct StatementsQuery: PostgresQuery {
  let name = "stat_statements"
  let pace = QueryPace.everyScrape
  let isEnabledByDefault = false
  let tracker: TopStatementsTracker
  var generations = NameGeneration.shownByDefault

  init(_ tracker: TopStatementsTracker = TopStatementsTracker()) {
    self.tracker = tracker
  }

  func showing(_ generations: Set<NameGeneration>) -> any PostgresQuery {
    var copy = self
    copy.generations = generations
    return copy
  }

  func sql(version: Int) -> String? { nil }

  func sql(for server: PostgresStatus) -> String? {
    guard let found = server.extensions["pg_stat_statements"] else { return nil }
    let suffix = found.isAtLeast(1, 8) ? "_exec_time" : "_time"
    let block = found.isAtLeast(1, 11) ? "shared_blk" : "blk"
    let retained = tracker.members.map { "(\($0.userID), \($0.databaseID), \($0.queryID))" }
    let sticky =
      retained.isEmpty
      ? "" : " OR (userid, dbid, queryid) IN (VALUES \(retained.joined(separator: ", ")))"
    let blocks = StatementCounts.columns.dropFirst(5)
    let columns = (StatementCounts.columns + Self.times).joined(separator: ", ")
    return """
      WITH statement AS MATERIALIZED (
        SELECT userid::int8, dbid::int8, queryid, sum(calls) AS calls,
          sum(total\(suffix)) / 1000 AS seconds, sum(rows) AS rows,
          sum(\(block)_read_time) / 1000 AS read_seconds,
          sum(\(block)_write_time) / 1000 AS write_seconds,
          \(blocks.map { "sum(\($0)) AS \($0)" }.joined(separator: ", ")),
          min(min\(suffix)) / 1000 AS min_time, max(max\(suffix)) / 1000 AS max_time,
          sum(total\(suffix)) / greatest(sum(calls), 1) / 1000 AS mean_time,
          max(stddev\(suffix)) / 1000 AS stddev_time
        FROM \(found.schema).pg_stat_statements(false)
        WHERE userid NOT IN (SELECT oid FROM pg_roles
          WHERE rolname = current_user AND NOT rolsuper AND pg_has_role('pg_monitor', 'MEMBER'))
        GROUP BY 1, 2, 3
      ), ranked AS (
        SELECT *, row_number() OVER (ORDER BY seconds DESC, queryid) AS rank
        FROM statement WHERE queryid IS NOT NULL
      )
      SELECT 0 AS rank, NULL::int8 AS userid, NULL::int8 AS dbid, NULL::int8 AS queryid,
        NULL::name AS "user", NULL::name AS datname,
        \(StatementCounts.columns.map { "sum(\($0)) AS \($0)" }.joined(separator: ", ")),
        \(Self.times.map { "NULL::float8 AS \($0)" }.joined(separator: ", "))
      FROM statement
      UNION ALL
      SELECT rank, userid, dbid, queryid, pg_get_userbyid(userid::oid),
        coalesce((SELECT datname FROM pg_database d WHERE d.oid = dbid::oid), ''), \(columns)
      FROM ranked WHERE rank <= \(tracker.limit)\(sticky)
      """
  }

  private static let times = ["min_time", "max_time", "mean_time", "stddev_time"]

  func decode<Rows: PostgresRows & ~Copyable>(
    _ rows: borrowing Rows, into buffer: inout FamilyBuffer
  ) {
    guard let sheet = sheet(of: rows) else { return }
    for (column, (name, help)) in Self.families.enumerated() {
      buffer.family(
        "pg_stat_statements_\(name)", .counter, help, labels: ["user", "datname", "queryid"])
      for member in sheet.members {
        let key = member.key
        buffer.add(member.counts[column], key.user, key.database, "\(key.queryID)")
      }
      buffer.add(sheet.other[column], "", "", "other")
    }
    for (column, (name, help)) in Self.families.enumerated() {
      buffer.counter(
        "tocsin_postgres_statements_\(name)", "\(help) All statements together.",
        sheet.total[column])
    }
    if generations.contains(.exampleQueries) { writeExamples(sheet, into: &buffer) }
  }

  /// The newest names, in the order of the counters.
  private static let families: [(name: String, help: String)] = [
    ("calls_total", "Executions of a statement."),
    ("seconds_total", "Seconds spent executing a statement."),
    ("rows_total", "Rows returned or changed by a statement."),
    ("block_read_seconds_total", "Seconds a statement spent reading blocks."),
    ("block_write_seconds_total", "Seconds a statement spent writing blocks."),
  ]

  /// The names of the example `queries.yaml`, in the order of the counters.
  private static let examples =
    [
      "calls", "total_time_seconds", "rows", "blk_read_time_seconds", "blk_write_time_seconds",
    ] + StatementCounts.columns.dropFirst(5)

  private func writeExamples(_ sheet: TopStatementsSnapshot, into buffer: inout FamilyBuffer) {
    let labels = ["rolname", "datname", "queryid"]
    for (column, name) in Self.examples.enumerated() {
      buffer.family(
        "pg_stat_statements_\(name)", .counter, "Column \(name) of pg_stat_statements.",
        labels: labels)
      for member in sheet.members {
        let key = member.key
        buffer.add(member.counts[column], key.user, key.database, "\(key.queryID)")
      }
      buffer.add(sheet.other[column], "", "", "other")
    }
    for (index, name) in Self.times.enumerated() {
      buffer.family(
        "pg_stat_statements_\(name)_seconds", .gauge,
        "Column \(name) of pg_stat_statements in seconds.", labels: labels)
      for member in sheet.members {
        let key = member.key
        buffer.add(member.times[index], key.user, key.database, "\(key.queryID)")
      }
    }
  }

  /// Parses the rows; `nil` without the row of totals.
  private func sheet<Rows: PostgresRows & ~Copyable>(of rows: borrowing Rows)
    -> TopStatementsSnapshot?
  {
    guard let rank = rows.column("rank"), let user = rows.column("userid"),
      let database = rows.column("dbid"), let query = rows.column("queryid"),
      let userName = rows.column("user"), let databaseName = rows.column("datname")
    else { return nil }
    let counters = StatementCounts.columns.map { rows.column($0) }
    let times = Self.times.map { rows.column($0) }
    var readings: [StatementReading] = []
    var total: StatementCounts?
    for row in 0..<rows.rowCount {
      var counts = StatementCounts()
      for (index, column) in counters.enumerated() {
        counts[index] = column.flatMap { rows.number(row, $0) } ?? 0
      }
      guard let id = rows.text(row, query).flatMap({ Int64($0) }) else {
        total = counts
        continue
      }
      let key = StatementKey(
        userID: Int64(rows.number(row, user) ?? 0),
        databaseID: Int64(rows.number(row, database) ?? 0), queryID: id,
        user: rows.text(row, userName) ?? "", database: rows.text(row, databaseName) ?? "")
      var reading = StatementReading(
        key: key, rank: Int(rows.number(row, rank) ?? 0), counts: counts)
      for (index, column) in times.enumerated() {
        reading.times[index] = column.flatMap { rows.number(row, $0) } ?? 0
      }
      readings.append(reading)
    }
    return total.map { tracker.take(readings, total: $0) }
  }
}
