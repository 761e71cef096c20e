import MetricModel

extension TableQuery {
  /// The number of findings of a kind per database: the worst.
  private static let findings = 20
  private static let blockSize = "current_setting('block_size')::bigint"
  private static let database = Label.of("datname", sql: "current_database()")

  /// The sequences that are closest to their end, or to that of the column they fill.
  static let sequences = TableQuery(
    name: "sequences", pace: .slow, scope: .database, prefix: "tocsin_postgres_sequence_",
    labels: [database, .of("schemaname"), .of("sequencename")],
    values: [.of(.gauge, "used_share", "Share of the numbers of a sequence that is used up.")],
    source: """
      FROM (
        SELECT s.schemaname, s.sequencename, CASE WHEN s.increment_by > 0
            THEN (s.last_value::float8 - s.min_value) / nullif(least(s.max_value::float8,
              CASE a.atttypid WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647
                ELSE 9223372036854775807 END) - s.min_value, 0)
            ELSE (s.max_value::float8 - s.last_value) / nullif(s.max_value::float8 - s.min_value, 0)
          END AS used_share
        FROM pg_sequences s
        JOIN pg_class c ON c.relname = s.sequencename AND c.relkind = 'S'
        JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = s.schemaname
        LEFT JOIN pg_depend d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass
          AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
        LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE s.last_value IS NOT NULL AND NOT s.cycle AND c.relpersistence <> 't'
      ) sequence ORDER BY used_share DESC NULLS LAST, 2, 3 LIMIT \(findings)
      """)

  private static let indexProblem = """
    FROM (
      SELECT n.nspname AS schemaname, t.relname, i.relname AS indexrelname, p.problem,
        i.relpages::bigint * \(blockSize) AS bytes,
        row_number() OVER (PARTITION BY p.problem ORDER BY i.relpages DESC, i.oid) AS rank
      FROM pg_index x
      JOIN pg_class i ON i.oid = x.indexrelid AND i.relpersistence <> 't'
      JOIN pg_class t ON t.oid = x.indrelid
      JOIN pg_namespace n ON n.oid = i.relnamespace
      CROSS JOIN LATERAL (
        SELECT 'invalid' AS problem WHERE NOT x.indisvalid
        UNION ALL
        SELECT 'unused' WHERE x.indisvalid AND NOT x.indisunique AND NOT x.indisexclusion
          AND NOT x.indisreplident AND i.relkind = 'i' AND pg_stat_get_numscans(x.indexrelid) = 0
        UNION ALL
        SELECT 'duplicate' WHERE EXISTS (
          SELECT FROM pg_index y JOIN pg_class o ON o.oid = y.indexrelid
          WHERE y.indrelid = x.indrelid AND y.indexrelid <> x.indexrelid AND y.indisvalid
            AND y.indkey::text = x.indkey::text AND y.indclass::text = x.indclass::text
            AND y.indcollation::text = x.indcollation::text
            AND y.indoption::text = x.indoption::text AND o.relam = i.relam
            AND coalesce(y.indexprs::text, '') = coalesce(x.indexprs::text, '')
            AND coalesce(y.indpred::text, '') = coalesce(x.indpred::text, '')
            AND y.indisunique >= x.indisunique
            AND (y.indisunique > x.indisunique OR y.indexrelid < x.indexrelid))
      ) p
      WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
    ) problem
    """

  /// The largest indexes that are unused since the statistics began, invalid, or duplicates.
  static let indexProblems = TableQuery(
    name: "index_problems", pace: .slow, scope: .database, prefix: "tocsin_postgres_index_problem_",
    labels: [
      database, .of("schemaname"), .of("relname"), .of("indexrelname"), .of("problem"),
    ],
    values: [
      .of(.gauge, "bytes", "Bytes of an index that is unused, invalid or a duplicate.")
    ],
    source: indexProblem + " WHERE rank <= \(findings) ORDER BY problem, rank")

  /// The number of such indexes.
  static let indexProblemCounts = TableQuery(
    name: "index_problem_counts", pace: .slow, scope: .database,
    prefix: "tocsin_postgres_index_problems", labels: [database, .of("problem", sql: "k.problem")],
    values: [
      .of(.gauge, "found", "Indexes with this problem.", metric: "", sql: "count(p.problem)"),
      .of(
        .gauge, "size", "Bytes of all indexes with this problem.", metric: "_bytes",
        sql: "coalesce(sum(p.bytes), 0)"),
    ],
    source: """
      FROM (VALUES ('unused'), ('invalid'), ('duplicate')) k (problem)
      LEFT JOIN (SELECT problem, bytes \(indexProblem)) p ON p.problem = k.problem
      GROUP BY k.problem ORDER BY k.problem
      """)

  /// Tables of more than 10 MB that are mostly read from end to end.
  static let scannedTables = TableQuery(
    name: "scanned_tables", pace: .slow, scope: .database,
    prefix: "tocsin_postgres_scanned_table_",
    labels: [database, .of("schemaname"), .of("relname", sql: "t.relname")],
    values: [
      .of(
        .gauge, "seq_scan_share", "Share of the scans of a big table that read all of it.",
        sql: "t.seq_scan::float8 / (t.seq_scan + coalesce(t.idx_scan, 0))"),
      .of(
        .gauge, "bytes", "Bytes of such a table.", sql: "c.relpages::bigint * \(blockSize)"),
    ],
    source: """
      FROM pg_stat_user_tables t JOIN pg_class c ON c.oid = t.relid
      WHERE t.seq_scan > 10 AND t.seq_scan > coalesce(t.idx_scan, 0)
        AND c.relpages::bigint * \(blockSize) > 10485760 AND c.relpersistence <> 't'
      ORDER BY t.seq_tup_read DESC LIMIT \(findings)
      """)

  private static let unindexedKey = """
    FROM pg_constraint k
    JOIN pg_class c ON c.oid = k.conrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE k.contype = 'f' AND k.conparentid = 0 AND NOT EXISTS (
      SELECT FROM pg_index x
      WHERE x.indrelid = k.conrelid AND x.indisvalid AND x.indpred IS NULL
        AND (x.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey)
    """

  /// Foreign keys of the largest tables without an index to find the referring rows by: each
  /// deletion of a referred row reads the whole table.
  static let unindexedKeys = TableQuery(
    name: "foreign_keys_without_index", pace: .slow, scope: .database,
    prefix: "tocsin_postgres_foreign_key_without_index_",
    labels: [
      database, .of("schemaname", sql: "n.nspname"), .of("relname", sql: "c.relname"),
      .of("conname", sql: "k.conname"),
    ],
    values: [
      .of(
        .gauge, "table_bytes", "Bytes of a table that has a foreign key without an index.",
        sql: "c.relpages::bigint * \(blockSize)")
    ],
    source: unindexedKey + " ORDER BY c.relpages DESC, k.oid LIMIT \(findings)")

  /// The number of such keys.
  static let unindexedKeyCount = TableQuery(
    name: "foreign_key_count", pace: .slow, scope: .database,
    prefix: "tocsin_postgres_foreign_keys_without_index", labels: [database],
    values: [
      .of(.gauge, "found", "Foreign keys without an index.", metric: "", sql: "count(*)")
    ],
    source: unindexedKey)
}
