import MetricModel

extension TableQuery {
  /// The most tables of the connected database that are exposed: the largest.
  static let tableLimit = 500

  private static let isTable = """
    c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
      AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace,
        'pg_toast'::regnamespace)
    """

  /// The largest tables, by the pages that the catalog knows of. Asking for real sizes would wait
  /// behind every ALTER TABLE.
  private static let largest = """
    WITH l AS MATERIALIZED (SELECT c.oid, c.relpages, c.reltoastrelid FROM pg_class c
      WHERE \(isTable)
      ORDER BY c.relpages DESC, c.oid LIMIT \(tableLimit))
    """

  /// The views group by table, so that only a condition on the tables' OIDs, and no join, prevents
  /// them from reading all tables.
  private static let chosen = "WHERE t.relid = ANY (ARRAY(SELECT oid FROM l))"

  private static let names: [Label] = [
    .of("datname", sql: "current_database()"), .of("schemaname"), .of("relname"),
  ]

  private static func time(_ column: String, _ help: String) -> Value {
    .of(.gauge, column, help, sql: "extract(epoch FROM \(column))", null: 0)
  }

  /// Use, rows and maintenance of each table of the connected database.
  static let userTables = TableQuery(
    name: "stat_user_tables", scope: .database, prefix: "pg_stat_user_tables_", labels: names,
    values: [
      .of(.counter, "seq_scan", "Sequential scans."),
      .of(.counter, "seq_tup_read", "Rows read by sequential scans."),
      .of(.counter, "idx_scan", "Index scans.", null: 0),
      .of(.counter, "idx_tup_fetch", "Rows fetched by index scans.", null: 0),
      .of(.counter, "n_tup_ins", "Rows inserted."),
      .of(.counter, "n_tup_upd", "Rows updated."),
      .of(.counter, "n_tup_del", "Rows deleted."),
      .of(.counter, "n_tup_hot_upd", "Rows updated without a change of any index."),
      .of(.gauge, "n_live_tup", "Live rows, estimated."),
      .of(.gauge, "n_dead_tup", "Dead rows, estimated."),
      .of(.gauge, "n_mod_since_analyze", "Rows changed since the last analyze, estimated."),
      time("last_vacuum", "Unix time of the last vacuum by hand, 0 for never."),
      time("last_autovacuum", "Unix time of the last autovacuum, 0 for never."),
      time("last_analyze", "Unix time of the last analyze by hand, 0 for never."),
      time("last_autoanalyze", "Unix time of the last autoanalyze, 0 for never."),
      .of(.counter, "vacuum_count", "Vacuums by hand."),
      .of(.counter, "autovacuum_count", "Autovacuums."),
      .of(.counter, "analyze_count", "Analyzes by hand."),
      .of(.counter, "autoanalyze_count", "Autoanalyzes."),
      .of(
        .gauge, "index_size_bytes", "Bytes of all indexes as of the last vacuum or analyze.",
        sql: """
          coalesce((SELECT sum(i.relpages::bigint) FROM pg_index x JOIN pg_class i
            ON i.oid = x.indexrelid WHERE x.indrelid = t.relid), 0)
            * current_setting('block_size')::bigint
          """),
      .of(
        .gauge, "table_size_bytes", "Bytes of the table as of the last vacuum or analyze.",
        sql: """
          (l.relpages::bigint + coalesce((SELECT o.relpages FROM pg_class o
            WHERE o.oid = l.reltoastrelid), 0)) * current_setting('block_size')::bigint
          """),
      .of(
        .gauge, "size_bytes",
        "Bytes of the table and its indexes as of the last vacuum or analyze.",
        sql: """
          (l.relpages::bigint + coalesce((SELECT o.relpages FROM pg_class o
            WHERE o.oid = l.reltoastrelid), 0) + coalesce((SELECT sum(i.relpages::bigint)
              FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = t.relid), 0))
            * current_setting('block_size')::bigint
          """, generation: .upTo19),
    ],
    source: "FROM pg_stat_user_tables t JOIN l ON l.oid = t.relid \(chosen) ORDER BY l.oid",
    with: largest)

  /// Blocks read and found in the cache, for each table of the connected database.
  static let userTablesIO = TableQuery(
    name: "statio_user_tables", scope: .database, prefix: "pg_statio_user_tables_", labels: names,
    values: [
      .of(
        .counter, "heap_blocks_read", "Blocks of the table read.", sql: "heap_blks_read", null: 0,
        also: [(.exampleQueries, "pg_statio_user_tables_heap_blks_read")]),
      .of(
        .counter, "heap_blocks_hit", "Blocks of the table found in the cache.",
        sql: "heap_blks_hit", null: 0,
        also: [(.exampleQueries, "pg_statio_user_tables_heap_blks_hit")]),
      .of(
        .counter, "idx_blocks_read", "Blocks of indexes read.", sql: "idx_blks_read", null: 0,
        also: [(.exampleQueries, "pg_statio_user_tables_idx_blks_read")]),
      .of(
        .counter, "idx_blocks_hit", "Blocks of indexes found in the cache.", sql: "idx_blks_hit",
        null: 0,
        also: [(.exampleQueries, "pg_statio_user_tables_idx_blks_hit")]),
      .of(
        .counter, "toast_blocks_read", "Blocks of the TOAST table read.", sql: "toast_blks_read",
        null: 0,
        also: [(.exampleQueries, "pg_statio_user_tables_toast_blks_read")]),
      .of(
        .counter, "toast_blocks_hit", "Blocks of the TOAST table found in the cache.",
        sql: "toast_blks_hit", null: 0,
        also: [(.exampleQueries, "pg_statio_user_tables_toast_blks_hit")]),
      .of(
        .counter, "tidx_blocks_read", "Blocks of the TOAST index read.", sql: "tidx_blks_read",
        null: 0,
        also: [(.exampleQueries, "pg_statio_user_tables_tidx_blks_read")]),
      .of(
        .counter, "tidx_blocks_hit", "Blocks of the TOAST index found in the cache.",
        sql: "tidx_blks_hit", null: 0,
        also: [(.exampleQueries, "pg_statio_user_tables_tidx_blks_hit")]),
    ],
    source: "FROM pg_statio_user_tables t \(chosen) ORDER BY t.relid", with: largest)

  /// The number of tables, and how many of them are exposed.
  static let tableCount = TableQuery(
    name: "table_count", scope: .database, prefix: "tocsin_postgres_tables",
    labels: [.of("datname", sql: "current_database()")],
    values: [
      .of(.gauge, "found", "Tables of the connected database.", metric: "", sql: "count(*)"),
      .of(
        .gauge, "limit", "Most tables of a database that are shown.", metric: "_limit",
        sql: "\(tableLimit)"),
    ],
    source: "FROM pg_class c WHERE " + isTable)
}
