import MetricModel

extension TableQuery {
  /// How many application names of one server become labels; sessions of further ones are counted
  /// as `other`.
  static let applicationNames = 50

  /// Sessions by database, state, user, application and wait event, with the longest transaction of
  /// each; every database has every state, if only with 0. Our own sessions are left out, and so is
  /// the text of statements, always.
  static let activity = TableQuery(
    name: "stat_activity", prefix: "pg_stat_activity_",
    labels: [
      .of("datname"), .of("state"), .of("usename"), .of("application_name"), .of("backend_type"),
      .of("wait_event_type"), .of("wait_event"),
    ],
    values: [
      .of(.gauge, "count", "Sessions in this state.", sql: "sessions"),
      .of(
        .gauge, "max_tx_duration", "Seconds that the longest transaction in this state has run.",
        sql: "longest"),
    ],
    source: """
      FROM (
        WITH session AS (
          SELECT datname, coalesce(state, '') AS state, coalesce(usename, '') AS usename,
            application_name, backend_type, coalesce(wait_event_type, '') AS wait_event_type,
            coalesce(wait_event, '') AS wait_event, clock_timestamp() - xact_start AS age
          FROM pg_stat_activity
          WHERE pid <> pg_backend_pid() AND datname IS NOT NULL
            AND (application_name = ''
              OR application_name <> current_setting('application_name'))
        ), frequent AS (
          SELECT application_name FROM session GROUP BY 1 ORDER BY count(*) DESC, 1
          LIMIT \(applicationNames)
        ), grouped AS (
          SELECT datname, state, usename, CASE WHEN application_name IN (
              SELECT application_name FROM frequent) THEN application_name ELSE 'other'
            END AS application_name, backend_type, wait_event_type, wait_event,
            count(*) AS sessions, greatest(coalesce(extract(epoch FROM max(age)), 0), 0) AS longest
          FROM session GROUP BY 1, 2, 3, 4, 5, 6, 7
        )
        SELECT * FROM grouped
        UNION ALL
        SELECT d.datname, s.state, '', '', '', '', '', 0, 0
        FROM pg_database d CROSS JOIN (VALUES ('active'), ('idle'), ('idle in transaction'),
          ('idle in transaction (aborted)'), ('fastpath function call'), ('disabled')) s (state)
        WHERE NOT EXISTS (
          SELECT FROM grouped g WHERE g.datname = d.datname AND g.state = s.state)
      ) activity ORDER BY 1, 2, 3, 4, 5, 6, 7
      """)

  /// Transactions that are open now, and the age of the oldest.
  static let longTransactions = TableQuery(
    name: "long_running_transactions", prefix: "pg_long_running_transactions", labels: [],
    values: [
      .of(.gauge, "open", "Transactions open now.", metric: "", sql: "count(*)"),
      .of(
        .gauge, "oldest",
        "Age of the oldest transaction in seconds, although the name says timestamp.",
        metric: "_oldest_timestamp_seconds",
        sql: "greatest(coalesce(extract(epoch FROM max(clock_timestamp() - xact_start)), 0), 0)"),
    ],
    source: "FROM pg_stat_activity WHERE state IS DISTINCT FROM 'idle' AND xact_start IS NOT NULL"
      + " AND backend_type IS DISTINCT FROM 'autovacuum worker' AND pid <> pg_backend_pid()")

  /// Locks by database and mode; every database has every mode, if only with 0.
  static let locks = TableQuery(
    name: "locks", prefix: "pg_locks_", labels: [.of("datname"), .of("mode")],
    values: [.of(.gauge, "count", "Locks held or awaited.", sql: "locks")],
    source: """
      FROM (
        SELECT d.datname, m.mode, count(l.mode) AS locks
        FROM pg_database d CROSS JOIN (VALUES ('accesssharelock'), ('rowsharelock'),
          ('rowexclusivelock'), ('shareupdateexclusivelock'), ('sharelock'),
          ('sharerowexclusivelock'), ('exclusivelock'), ('accessexclusivelock'), ('sireadlock'))
          m (mode)
        LEFT JOIN pg_locks l ON l.database = d.oid AND lower(l.mode) = m.mode
          AND l.pid IS DISTINCT FROM pg_backend_pid()
        GROUP BY 1, 2
      ) locks ORDER BY 1, 2
      """)
}
