import MetricModel

/// The bloat of the large tables, estimated from the planner's statistics: no table is read, and no
/// lock is waited for.
///
/// The statistics of a column are visible only to roles that may read it: a table that the role may
/// not SELECT from is counted as unknown, never as free of bloat.
extension TableQuery {
  private static let blockSize = "current_setting('block_size')::float8"

  /// A row has a header of 24 bytes and a pointer of 4, and is padded to 8; a page a header of 24.
  /// Tables of less than 1 MB are ignored, and so are all but the 200 largest.
  private static let estimate = """
    FROM (
      SELECT n.nspname AS schemaname, c.relname, c.relpages, s.known,
        CASE WHEN s.known THEN ceil(c.reltuples * (28 + 8 * ceil(s.width / 8))
          / ((\(blockSize) - 24) * coalesce((SELECT substring(o FROM '^fillfactor=([0-9]+)$')::float8
            FROM unnest(c.reloptions) o WHERE o LIKE 'fillfactor=%'), 100) / 100)) END AS needed
      FROM (
        SELECT * FROM pg_class WHERE relkind IN ('r', 'm') AND relpersistence <> 't'
          AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
          AND relpages > 128 ORDER BY relpages DESC, oid LIMIT 200
      ) c
      JOIN pg_namespace n ON n.oid = c.relnamespace
      CROSS JOIN LATERAL (
        SELECT c.reltuples >= 0 AND count(t.attname) = count(*) AS known,
          sum((1 - coalesce(t.null_frac, 0)) * t.avg_width) AS width
        FROM pg_attribute a LEFT JOIN pg_stats t ON t.schemaname = n.nspname
          AND t.tablename = c.relname AND t.attname = a.attname AND NOT t.inherited
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      ) s
    ) b
    """

  /// The tables with the most bloat.
  static let tableBloat = TableQuery(
    name: "table_bloat", pace: .slow, scope: .database, prefix: "tocsin_postgres_table_bloat_",
    labels: [.of("datname", sql: "current_database()"), .of("schemaname"), .of("relname")],
    values: [
      .of(
        .gauge, "bytes", "Bytes of a large table that hold nothing, estimated.",
        sql: "greatest(relpages - needed, 0) * \(blockSize)"),
      .of(
        .gauge, "share", "Share of a large table that holds nothing, estimated.",
        sql: "greatest(relpages - needed, 0) / relpages"),
    ],
    source: estimate + " WHERE known ORDER BY relpages - needed DESC, 2, 3 LIMIT 20")

  /// The number of large tables whose statistics are not visible.
  static let tableBloatUnknown = TableQuery(
    name: "table_bloat_unknown", pace: .slow, scope: .database,
    prefix: "tocsin_postgres_table_bloat_",
    labels: [.of("datname", sql: "current_database()")],
    values: [
      .of(
        .gauge, "unknown_tables",
        "Large tables without statistics that the role may see: not analyzed, or no SELECT.",
        sql: "count(*)")
    ],
    source: estimate + " WHERE NOT known")
}
