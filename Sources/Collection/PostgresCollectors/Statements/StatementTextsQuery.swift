import ExpositionFormat
import MetricModel

/// The truncated texts of the statements that ``StatementsQuery`` exposes, as labels of a value
/// that is always 1; off by default, because texts may reveal more than metrics should.
///
/// Only texts that are not known yet are read.
struct StatementTextsQuery: PostgresQuery {
  let name = "stat_statements_text"
  let pace = QueryPace.slow
  let isEnabledByDefault = false
  let tracker: TopStatementsTracker

  /// Characters of a text that are exposed, as in postgres_exporter.
  private static let length = 120

  func sql(version: Int) -> String? { nil }

  func sql(for server: PostgresStatus) -> String? {
    guard let found = server.extensions["pg_stat_statements"] else { return nil }
    let unknown = tracker.withoutText()
    let condition =
      unknown.isEmpty
      ? "FROM (VALUES (0::int8, '')) s (queryid, query) WHERE false"
      : "FROM \(found.schema).pg_stat_statements(true) WHERE queryid IN ("
        + unknown.map { "\($0)" }.joined(separator: ", ") + ")"
    return "SELECT DISTINCT ON (queryid) queryid, left(query, \(Self.length)) AS query "
      + condition
  }

  func decode<Rows: PostgresRows & ~Copyable>(
    _ rows: borrowing Rows, into buffer: inout FamilyBuffer
  ) {
    guard let id = rows.column("queryid"), let query = rows.column("query") else { return }
    var texts: [(Int64, String)] = []
    for row in 0..<rows.rowCount {
      guard let id = rows.text(row, id).flatMap({ Int64($0) }) else { continue }
      texts.append((id, rows.text(row, query) ?? ""))
    }
    buffer.family(
      "pg_stat_statements_query_id", .counter, "Text of a statement, cut short.",
      labels: ["queryid", "query"])
    for known in tracker.learn(texts) { buffer.add(1, "\(known.id)", known.text) }
  }
}
