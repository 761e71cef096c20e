import MetricModel

extension TableQuery {
  /// How close the server is to refusing logins.
  static let connections = TableQuery(
    name: "connections", prefix: "tocsin_postgres_connections_", labels: [],
    values: [
      .of(.gauge, "used", "Client sessions open now."),
      .of(.gauge, "max", "Sessions that the server allows.", sql: "allowed"),
      .of(.gauge, "reserved", "Sessions of these that only privileged roles may open."),
      .of(
        .gauge, "used_share", "Share of the sessions open to everybody that is in use.",
        sql: "used / greatest(allowed - reserved, 1)"),
    ],
    source: """
      FROM (
        SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::float8
            AS used, current_setting('max_connections')::float8 AS allowed,
          current_setting('superuser_reserved_connections')::float8
            + coalesce(current_setting('reserved_connections', true), '0')::float8 AS reserved
      ) connections
      """)

  /// Sessions by owner: databases and roles with their limits, and applications, each up to a
  /// number, with the rest as `other`.
  static let connectionsBy = TableQuery(
    name: "connections_by", prefix: "tocsin_postgres_connections_by",
    labels: [.of("kind"), .of("name")],
    values: [
      .of(.gauge, "used", "Client sessions by database, role or application.", metric: ""),
      .of(.gauge, "cap", "Sessions allowed to the database or role.", metric: "_limit"),
    ],
    source: """
      FROM (
        WITH session AS (
          SELECT datname, usename, application_name FROM pg_stat_activity
          WHERE backend_type = 'client backend'
        ), counted AS (
          SELECT 'database' AS kind, datname AS name, count(*) AS used FROM session GROUP BY 2
          UNION ALL SELECT 'role', usename, count(*) FROM session GROUP BY 2
          UNION ALL SELECT 'application', application_name, count(*) FROM session GROUP BY 2
        ), ranked AS (
          SELECT kind, CASE WHEN row_number() OVER (PARTITION BY kind ORDER BY used DESC, name)
            <= 20 THEN coalesce(name, '') ELSE 'other' END AS name, used FROM counted
        )
        SELECT kind, r.name, sum(used) AS used, max(CASE kind
          WHEN 'database' THEN (SELECT nullif(datconnlimit, -1) FROM pg_database d
            WHERE d.datname = r.name)
          WHEN 'role' THEN (SELECT nullif(rolconnlimit, -1) FROM pg_roles o
            WHERE o.rolname = r.name) END) AS cap
        FROM ranked r GROUP BY 1, 2
      ) connections ORDER BY 1, 2
      """)

  /// The sessions that wait for locks, and their blockers. Cheap while no session waits: only
  /// waiting sessions are queried for their blockers.
  private static let tree = """
    WITH RECURSIVE waiting AS MATERIALIZED (
      SELECT DISTINCT pid FROM pg_locks WHERE NOT granted ORDER BY pid LIMIT 200
    ), edge AS MATERIALIZED (
      SELECT w.pid, b.blocker FROM waiting w, unnest(pg_blocking_pids(w.pid)) b (blocker)
    ), root AS (
      SELECT DISTINCT blocker AS pid FROM edge
      WHERE blocker <> 0 AND blocker NOT IN (SELECT pid FROM edge)
    ), tree (root, pid, depth) AS (
      SELECT r.pid, e.pid, 1 FROM root r JOIN edge e ON e.blocker = r.pid
      UNION
      SELECT t.root, e.pid, t.depth + 1 FROM tree t JOIN edge e ON e.blocker = t.pid
      WHERE t.depth < 20
    )
    """

  /// How many sessions wait for locks, how long, and how deep.
  static let blocking = TableQuery(
    name: "blocking", prefix: "tocsin_postgres_blocking_", labels: [],
    values: [
      .of(
        .gauge, "waiting_sessions", "Sessions that wait for a lock.",
        sql: "(SELECT count(*) FROM waiting)"),
      .of(
        .gauge, "longest_wait_seconds", "Seconds that the longest of them has waited.",
        sql: """
          coalesce((SELECT max(extract(epoch FROM clock_timestamp() - a.state_change))
            FROM pg_stat_activity a JOIN waiting w ON w.pid = a.pid), 0)
          """,
        newer: (
          140_000,
          """
          coalesce((SELECT max(extract(epoch FROM clock_timestamp() - l.waitstart))
            FROM pg_locks l WHERE NOT l.granted), 0)
          """
        )),
      .of(
        .gauge, "root_sessions", "Sessions that others wait for and that wait for nobody.",
        sql: "(SELECT count(*) FROM root)"),
      .of(
        .gauge, "depth", "Length of the longest chain of waiting sessions.",
        sql: "(SELECT coalesce(max(depth), 0) FROM tree)"),
    ],
    source: "", with: tree)

  /// The worst five sessions at the roots of the blocking tree: the ones to investigate or
  /// terminate.
  static let blockingRoots = TableQuery(
    name: "blocking_roots", prefix: "tocsin_postgres_blocking_root_",
    labels: [
      .of("pid", sql: "r.pid"), .of("datname", sql: "a.datname"), .of("usename", sql: "a.usename"),
      .of("application_name", sql: "a.application_name"), .of("state", sql: "a.state"),
    ],
    values: [
      .of(
        .gauge, "blocked_sessions", "Sessions that wait for this one, directly or behind others.",
        sql: "(SELECT count(DISTINCT t.pid) FROM tree t WHERE t.root = r.pid)"),
      .of(
        .gauge, "transaction_seconds", "Age of the transaction of the blocking session.",
        sql: "extract(epoch FROM clock_timestamp() - a.xact_start)"),
      .of(
        .gauge, "state_seconds", "How long the blocking session has been in its state.",
        sql: "extract(epoch FROM clock_timestamp() - a.state_change)"),
    ],
    source: "FROM root r LEFT JOIN pg_stat_activity a ON a.pid = r.pid"
      + " ORDER BY (SELECT count(DISTINCT t.pid) FROM tree t WHERE t.root = r.pid) DESC, r.pid"
      + " LIMIT 5", with: tree)

  /// What prevents vacuum from removing dead rows: the worst of each kind, and by how much.
  static let vacuumHolders = TableQuery(
    name: "vacuum_holders", prefix: "tocsin_postgres_vacuum_held_back_",
    labels: [.of("holder"), .of("name")],
    values: [
      .of(
        .gauge, "transactions", "Transactions whose dead rows must stay because of this holder.",
        sql: "xids"),
      .of(.gauge, "seconds", "Age of the holder, where the server knows it."),
    ],
    source: """
      FROM (
        SELECT DISTINCT ON (holder) holder, name, xids, seconds FROM (
          SELECT 'backend' AS holder, usename::text AS name,
            greatest(age(backend_xmin), age(backend_xid)) AS xids,
            extract(epoch FROM clock_timestamp() - xact_start) AS seconds
          FROM pg_stat_activity WHERE backend_type <> 'walsender' AND pid <> pg_backend_pid()
            AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL)
          UNION ALL
          SELECT 'slot', slot_name::text, greatest(age(xmin), age(catalog_xmin)), NULL
          FROM pg_replication_slots WHERE xmin IS NOT NULL OR catalog_xmin IS NOT NULL
          UNION ALL
          SELECT 'prepared_transaction', gid, age(transaction),
            extract(epoch FROM clock_timestamp() - prepared) FROM pg_prepared_xacts
          UNION ALL
          SELECT 'standby', application_name, age(backend_xmin), NULL
          FROM pg_stat_replication WHERE backend_xmin IS NOT NULL
        ) holder ORDER BY holder, xids DESC
      ) worst ORDER BY holder
      """)

  /// The fraction of the way to a wraparound for each database; at 1 the server stops writing.
  static let idAges = TableQuery(
    name: "id_ages", prefix: "tocsin_postgres_", labels: [.of("datname")],
    values: [
      .of(
        .gauge, "xid_used_share", "Age of the oldest transaction id as a share of its limit.",
        sql: "age(datfrozenxid) / 2147483648.0"),
      .of(
        .gauge, "mxid_used_share", "Age of the oldest multixact id as a share of its limit.",
        sql: "mxid_age(datminmxid) / 2147483648.0"),
    ],
    source: "FROM pg_database WHERE datconnlimit <> -2 ORDER BY oid")

  /// Databases whose removal was interrupted: connections to them fail, and the only remedy is to
  /// drop them again.
  static let invalidDatabases = TableQuery(
    name: "invalid_databases", pace: .slow, prefix: "tocsin_postgres_", labels: [],
    values: [
      .of(
        .gauge, "invalid_databases",
        "Databases whose DROP DATABASE was interrupted; drop them again.",
        sql: "count(*)")
    ],
    source: "FROM pg_database WHERE datconnlimit = -2")

  /// Settings that were changed and wait for a restart.
  static let pendingRestart = TableQuery(
    name: "pending_restart", pace: .slow, prefix: "tocsin_postgres_setting_pending_restart",
    labels: [.of("name")],
    values: [.of(.gauge, "one", "Settings that wait for a restart.", metric: "", sql: "1")],
    source: "FROM pg_settings WHERE pending_restart ORDER BY name")

  /// WAL segments that wait to be archived; only roles with pg_monitor may list them.
  static let archiveBacklog = TableQuery(
    name: "wal_archive_backlog", pace: .slow, prefix: "tocsin_postgres_wal_archive_backlog_",
    labels: [],
    values: [
      .of(.gauge, "segments", "WAL segments that wait to be archived.", sql: "count(*)"),
      .of(
        .gauge, "oldest_seconds", "Seconds that the oldest of them has waited.",
        sql: "coalesce(extract(epoch FROM clock_timestamp() - min(modification)), 0)"),
    ],
    source: "FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'")
}
