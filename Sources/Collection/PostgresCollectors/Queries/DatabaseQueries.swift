import MetricModel

extension TableQuery {
  /// The counters of `pg_stat_database`, one row per database; shared objects have no name and are
  /// left out.
  static let statDatabase = TableQuery(
    name: "stat_database", prefix: "pg_stat_database_",
    labels: [.of("datid"), .of("datname")],
    values: [
      .of(.gauge, "numbackends", "Sessions in this database now."),
      .of(.counter, "xact_commit", "Transactions committed."),
      .of(.counter, "xact_rollback", "Transactions rolled back."),
      .of(.counter, "blks_read", "Blocks read from outside of the buffer cache."),
      .of(.counter, "blks_hit", "Blocks found in the buffer cache."),
      .of(.counter, "tup_returned", "Rows fetched or scanned by queries."),
      .of(.counter, "tup_fetched", "Rows fetched by index scans."),
      .of(.counter, "tup_inserted", "Rows inserted."),
      .of(.counter, "tup_updated", "Rows updated."),
      .of(.counter, "tup_deleted", "Rows deleted."),
      .of(.counter, "conflicts", "Statements canceled by conflicts with recovery, on standbys."),
      .of(.counter, "temp_files", "Temporary files made by queries."),
      .of(.counter, "temp_bytes", "Bytes written to temporary files."),
      .of(.counter, "deadlocks", "Deadlocks detected."),
      // NaN without checksums, and before the first failure, as in postgres_exporter.
      .of(
        .unknown, "checksum_failures", "Blocks with a wrong checksum.", since: 120_000, null: .nan),
      .of(
        .unknown, "checksum_last_failure", "Unix time of the last wrong checksum.",
        sql: "extract(epoch FROM checksum_last_failure)", since: 120_000, null: .nan),
      .of(.counter, "blk_read_time", "Milliseconds spent reading blocks, with track_io_timing."),
      .of(.counter, "blk_write_time", "Milliseconds spent writing blocks, with track_io_timing."),
      .of(.unknown, "session_time", "Milliseconds that sessions were open.", since: 140_000),
      .of(.unknown, "active_time", "Milliseconds that sessions ran statements.", since: 140_000),
      .of(
        .counter, "active_seconds", "Seconds that sessions ran statements.",
        metric: "active_time_seconds_total", sql: "active_time / 1000", since: 140_000),
      .of(
        .unknown, "idle_in_transaction_time", "Milliseconds that sessions idled in a transaction.",
        since: 140_000),
      .of(.unknown, "sessions", "Sessions opened.", since: 140_000),
      .of(.unknown, "sessions_abandoned", "Sessions lost by the client.", since: 140_000),
      .of(.unknown, "sessions_fatal", "Sessions ended by fatal errors.", since: 140_000),
      .of(.unknown, "sessions_killed", "Sessions ended by an operator.", since: 140_000),
      .of(
        .counter, "parallel_workers_to_launch", "Parallel workers planned for.", since: 180_000),
      .of(.counter, "parallel_workers_launched", "Parallel workers started.", since: 180_000),
      .of(
        .counter, "stats_reset", "Unix time of the last reset of the statistics, 0 for never.",
        sql: "extract(epoch FROM stats_reset)", null: 0),
    ],
    source: "FROM pg_stat_database WHERE datname IS NOT NULL ORDER BY datid")

  /// Statements that recovery canceled, by cause; all 0 on a primary.
  static let databaseConflicts = TableQuery(
    name: "stat_database_conflicts", prefix: "pg_stat_database_conflicts_",
    labels: [.of("datid"), .of("datname")],
    values: [
      .of(.counter, "confl_tablespace", "Statements canceled by dropped tablespaces."),
      .of(.counter, "confl_lock", "Statements canceled by lock timeouts."),
      .of(.counter, "confl_snapshot", "Statements canceled by old snapshots."),
      .of(.counter, "confl_bufferpin", "Statements canceled by pinned buffers."),
      .of(.counter, "confl_deadlock", "Statements canceled by deadlocks."),
      .of(
        .counter, "confl_active_logicalslot", "Uses of logical slots canceled by old snapshots.",
        since: 160_000),
    ],
    source: "FROM pg_stat_database_conflicts WHERE datname IS NOT NULL ORDER BY datid")

  /// The limit of sessions per database; half-dropped databases (-2) are left out.
  static let databaseLimits = TableQuery(
    name: "database", prefix: "pg_database_", labels: [.of("datname")],
    values: [
      .of(
        .gauge, "connection_limit", "Sessions allowed in the database, -1 for no limit.",
        sql: "datconnlimit")
    ],
    source: "FROM pg_database WHERE datconnlimit <> -2 ORDER BY oid")

  /// Sizes on disk. `pg_database_size` walks through every file, which takes minutes on large or
  /// cold disks.
  static let databaseSizes = TableQuery(
    name: "database_size", pace: .slow, prefix: "pg_database_", labels: [.of("datname")],
    values: [
      .of(
        .gauge, "size_bytes", "Bytes on disk.",
        sql: "CASE WHEN has_database_privilege(oid, 'CONNECT')"
          + " OR pg_has_role('pg_read_all_stats', 'MEMBER') THEN pg_database_size(oid) END")
    ],
    source: "FROM pg_database WHERE datconnlimit <> -2 ORDER BY oid")

  /// How close each database is to a wraparound of transaction ids.
  static let wraparound = TableQuery(
    name: "database_wraparound", prefix: "pg_database_wraparound_age_",
    labels: [.of("datname")],
    values: [
      .of(
        .gauge, "datfrozenxid_seconds",
        "Age of the oldest transaction id, in transactions although the name says seconds.",
        sql: "age(datfrozenxid)"),
      .of(
        .gauge, "datminmxid_seconds",
        "Age of the oldest multixact id, in multixacts although the name says seconds.",
        sql: "mxid_age(datminmxid)"),
    ],
    source: "FROM pg_database WHERE datconnlimit <> -2 ORDER BY oid")

  /// The limit of sessions per role.
  static let roles = TableQuery(
    name: "roles", prefix: "pg_roles_", labels: [.of("rolname")],
    values: [
      .of(
        .gauge, "connection_limit", "Sessions allowed to the role, -1 for no limit.",
        sql: "rolconnlimit")
    ],
    source: "FROM pg_roles ORDER BY oid LIMIT 1000")
}
