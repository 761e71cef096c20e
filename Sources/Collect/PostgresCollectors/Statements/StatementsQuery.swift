import CollectorCore
import MetricModel

/// The statements that cost most, from the extension pg_stat_statements, without their texts.
///
/// Its columns follow the version of the extension, which may be older than the server after an
/// upgrade. The texts are never read here: they lie in a file that can be hundreds of megabytes.
struct StatementsQuery: PostgresQuery {
  let name = "stat_statements"
  let pace = QueryPace.everyScrape
  let isEnabledByDefault = false
  let ledger: StatementLedger

  init(_ ledger: StatementLedger = StatementLedger()) {
    self.ledger = ledger
  }

  func sql(version: Int) -> String? { nil }

  func sql(for server: PostgresStatus) -> String? {
    guard let found = server.extensions["pg_stat_statements"] else { return nil }
    let time = found.isAtLeast(1, 8) ? "total_exec_time" : "total_time"
    let block = found.isAtLeast(1, 11) ? "shared_blk" : "blk"
    let kept = ledger.members.map { "(\($0.userID), \($0.databaseID), \($0.queryID))" }
    let sticky =
      kept.isEmpty
      ? "" : " OR (userid, dbid, queryid) IN (VALUES \(kept.joined(separator: ", ")))"
    return """
      WITH statement AS MATERIALIZED (
        SELECT userid::int8, dbid::int8, queryid, sum(calls) AS calls,
          sum(\(time)) / 1000 AS seconds, sum(rows) AS rows,
          sum(\(block)_read_time) / 1000 AS read_seconds,
          sum(\(block)_write_time) / 1000 AS write_seconds
        FROM \(found.schema).pg_stat_statements(false)
        WHERE userid NOT IN (SELECT oid FROM pg_roles
          WHERE rolname = current_user AND NOT rolsuper AND pg_has_role('pg_monitor', 'MEMBER'))
        GROUP BY 1, 2, 3
      ), ranked AS (
        SELECT *, row_number() OVER (ORDER BY seconds DESC, queryid) AS rank
        FROM statement WHERE queryid IS NOT NULL
      )
      SELECT 0 AS rank, NULL::int8 AS userid, NULL::int8 AS dbid, NULL::int8 AS queryid,
        NULL::name AS "user", NULL::name AS datname, sum(calls) AS calls, sum(seconds) AS seconds,
        sum(rows) AS rows, sum(read_seconds) AS read_seconds, sum(write_seconds) AS write_seconds
      FROM statement
      UNION ALL
      SELECT rank, userid, dbid, queryid, pg_get_userbyid(userid::oid),
        coalesce((SELECT datname FROM pg_database d WHERE d.oid = dbid::oid), ''), calls, seconds,
        rows, read_seconds, write_seconds
      FROM ranked WHERE rank <= \(ledger.limit)\(sticky)
      """
  }

  func decode<Rows: PostgresRows & ~Copyable>(
    _ rows: borrowing Rows, into buffer: inout FamilyBuffer
  ) {
    guard let sheet = sheet(of: rows) else { return }
    let families: [(String, String, KeyPath<StatementCounts, Double>)] = [
      ("calls_total", "Executions of a statement.", \.calls),
      ("seconds_total", "Seconds spent executing a statement.", \.seconds),
      ("rows_total", "Rows returned or changed by a statement.", \.rows),
      ("block_read_seconds_total", "Seconds a statement spent reading blocks.", \.readSeconds),
      ("block_write_seconds_total", "Seconds a statement spent writing blocks.", \.writeSeconds),
    ]
    for (name, help, path) in families {
      buffer.family(
        "pg_stat_statements_\(name)", .counter, help, labels: ["user", "datname", "queryid"])
      for (key, counts) in sheet.members {
        buffer.add(counts[keyPath: path], key.user, key.database, "\(key.queryID)")
      }
      buffer.add(sheet.other[keyPath: path], "", "", "other")
    }
    for (name, help, path) in families {
      buffer.counter(
        "tocsin_postgres_statements_\(name)", "\(help) All statements together.",
        sheet.total[keyPath: path])
    }
  }

  /// Reads the rows; nil without the row of totals.
  private func sheet<Rows: PostgresRows & ~Copyable>(of rows: borrowing Rows) -> StatementSheet? {
    guard let rank = rows.column("rank"), let user = rows.column("userid"),
      let database = rows.column("dbid"), let query = rows.column("queryid"),
      let userName = rows.column("user"), let databaseName = rows.column("datname")
    else { return nil }
    var readings: [StatementReading] = []
    var total: StatementCounts?
    for row in 0..<rows.rowCount {
      var counts = StatementCounts()
      for (column, path) in StatementCounts.columns {
        counts[keyPath: path] = rows.column(column).flatMap { rows.number(row, $0) } ?? 0
      }
      guard let id = rows.text(row, query).flatMap({ Int64($0) }) else {
        total = counts
        continue
      }
      let key = StatementKey(
        userID: Int64(rows.number(row, user) ?? 0),
        databaseID: Int64(rows.number(row, database) ?? 0), queryID: id,
        user: rows.text(row, userName) ?? "", database: rows.text(row, databaseName) ?? "")
      readings.append(
        StatementReading(key: key, rank: Int(rows.number(row, rank) ?? 0), counts: counts))
    }
    return total.map { ledger.take(readings, total: $0) }
  }
}
