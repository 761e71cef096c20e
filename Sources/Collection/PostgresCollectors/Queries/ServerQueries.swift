import MetricModel

extension TableQuery {
  private static let checkpointer = 170_000

  /// The background writer. PostgreSQL 17 moved the checkpoint columns to another view; their old
  /// names are still exposed, so that alerts made for older servers still work.
  static let bgwriter = TableQuery(
    name: "stat_bgwriter", prefix: "pg_stat_bgwriter_", labels: [],
    values: [
      .of(
        .counter, "checkpoints_timed_total", "Checkpoints by schedule.",
        sql: "checkpoints_timed", newer: (checkpointer, "c.num_timed"),
        also: [(.upTo10, "pg_stat_bgwriter_checkpoints_timed")]),
      .of(
        .counter, "checkpoints_req_total", "Checkpoints on request.",
        sql: "checkpoints_req", newer: (checkpointer, "c.num_requested"),
        also: [(.upTo10, "pg_stat_bgwriter_checkpoints_req")]),
      .of(
        .counter, "checkpoint_write_time_total", "Milliseconds of checkpoints spent writing.",
        sql: "checkpoint_write_time", newer: (checkpointer, "c.write_time"),
        also: [(.upTo10, "pg_stat_bgwriter_checkpoint_write_time")]),
      .of(
        .counter, "checkpoint_sync_time_total", "Milliseconds of checkpoints spent syncing.",
        sql: "checkpoint_sync_time", newer: (checkpointer, "c.sync_time"),
        also: [(.upTo10, "pg_stat_bgwriter_checkpoint_sync_time")]),
      .of(
        .counter, "buffers_checkpoint_total", "Buffers written by checkpoints.",
        sql: "buffers_checkpoint", newer: (checkpointer, "c.buffers_written"),
        also: [(.upTo10, "pg_stat_bgwriter_buffers_checkpoint")]),
      .of(
        .counter, "buffers_clean_total", "Buffers written by the background writer.",
        sql: "buffers_clean",
        also: [(.upTo10, "pg_stat_bgwriter_buffers_clean")]),
      .of(
        .counter, "maxwritten_clean_total", "Cleaning scans stopped by bgwriter_lru_maxpages.",
        sql: "maxwritten_clean",
        also: [(.upTo10, "pg_stat_bgwriter_maxwritten_clean")]),
      .of(
        .counter, "buffers_backend_total", "Buffers written by sessions themselves.",
        sql: "buffers_backend", before: checkpointer,
        also: [(.upTo10, "pg_stat_bgwriter_buffers_backend")]),
      .of(
        .counter, "buffers_backend_fsync_total", "Syncs that sessions had to do themselves.",
        sql: "buffers_backend_fsync", before: checkpointer,
        also: [(.upTo10, "pg_stat_bgwriter_buffers_backend_fsync")]),
      .of(
        .counter, "buffers_alloc_total", "Buffers allocated.", sql: "buffers_alloc",
        also: [(.upTo10, "pg_stat_bgwriter_buffers_alloc")]),
      .of(
        .counter, "stats_reset_total", "Unix time of the last reset of the statistics.",
        sql: "extract(epoch FROM b.stats_reset)", null: 0,
        also: [(.upTo10, "pg_stat_bgwriter_stats_reset")]),
    ],
    source: "FROM pg_stat_bgwriter b",
    newerSource: (checkpointer, "FROM pg_stat_bgwriter b, pg_stat_checkpointer c"))

  /// The checkpointer under its own name, from PostgreSQL 17 on.
  static let statCheckpointer = TableQuery(
    name: "stat_checkpointer", prefix: "pg_stat_checkpointer_", since: checkpointer, labels: [],
    values: [
      .of(.counter, "num_timed", "Checkpoints by schedule.", metric: "num_timed_total"),
      .of(.counter, "num_requested", "Checkpoints on request.", metric: "num_requested_total"),
      .of(
        .counter, "num_done", "Checkpoints performed.", metric: "num_done_total", since: 180_000),
      .of(
        .counter, "restartpoints_timed", "Restartpoints by schedule.",
        metric: "restartpoints_timed_total"),
      .of(
        .counter, "restartpoints_req", "Restartpoints on request.",
        metric: "restartpoints_req_total"),
      .of(
        .counter, "restartpoints_done", "Restartpoints performed.",
        metric: "restartpoints_done_total"),
      .of(.counter, "write_time", "Milliseconds spent writing.", metric: "write_time_total"),
      .of(.counter, "sync_time", "Milliseconds spent syncing.", metric: "sync_time_total"),
      .of(.counter, "buffers_written", "Buffers written.", metric: "buffers_written_total"),
      .of(
        .counter, "slru_written", "SLRU buffers written.", metric: "slru_written_total",
        since: 180_000),
      .of(
        .counter, "stats_reset", "Unix time of the last reset of the statistics.",
        metric: "stats_reset_total", sql: "extract(epoch FROM stats_reset)", null: 0),
    ],
    source: "FROM pg_stat_checkpointer")

  /// The archiver; without an archived segment there is no age.
  static let archiver = TableQuery(
    name: "stat_archiver", prefix: "pg_stat_archiver_", labels: [],
    values: [
      .of(.counter, "archived_count", "WAL segments archived."),
      .of(.counter, "failed_count", "Attempts to archive that failed."),
      .of(
        .gauge, "last_archive_age", "Seconds since the last segment was archived.",
        sql: "extract(epoch FROM clock_timestamp() - last_archived_time)"),
    ],
    source: "FROM pg_stat_archiver")

  /// The WAL on disk; listing it takes long when there is much, and managed servers forbid it.
  static let wal = TableQuery(
    name: "wal", pace: .slow, prefix: "pg_wal_", labels: [],
    values: [
      .of(.gauge, "segments", "WAL segments on disk.", sql: "count(*)"),
      .of(.gauge, "size_bytes", "Bytes of WAL on disk.", sql: "coalesce(sum(size), 0)"),
    ],
    source: "FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'")

  /// When the server was started.
  static let postmaster = TableQuery(
    name: "postmaster", prefix: "pg_postmaster_", labels: [],
    values: [
      .of(
        .gauge, "start_time_seconds", "Unix time of the server's start.",
        sql: "extract(epoch FROM pg_postmaster_start_time())")
    ],
    source: "")

  /// Running vacuums. A relation's name is known in the connected database only; in others its OID
  /// is exposed instead.
  static let vacuumProgress = TableQuery(
    name: "stat_progress_vacuum", prefix: "pg_stat_progress_vacuum_",
    labels: [
      .of("datname", sql: "p.datname"), .of("relname", sql: "coalesce(c.relname, p.relid::text)"),
    ],
    values: [
      .of(.gauge, "heap_blks", "Blocks of the table.", sql: "p.heap_blks_total"),
      .of(.gauge, "heap_blks_scanned", "Blocks scanned."),
      .of(.gauge, "heap_blks_vacuumed", "Blocks vacuumed."),
      .of(.gauge, "index_vacuums", "Index vacuums completed.", sql: "p.index_vacuum_count"),
      .of(
        .gauge, "max_dead_tuples", "Dead rows that fit in memory before an index vacuum.",
        before: 170_000),
      .of(.gauge, "num_dead_tuples", "Dead rows collected.", before: 170_000),
      .of(
        .gauge, "max_dead_tuple_bytes", "Bytes of dead rows that fit in memory.", since: 170_000),
      .of(.gauge, "dead_tuple_bytes", "Bytes of dead rows collected.", since: 170_000),
      .of(.gauge, "num_dead_item_ids", "Dead rows collected.", since: 170_000),
    ],
    source: "FROM pg_stat_progress_vacuum p LEFT JOIN pg_class c"
      + " ON c.oid = p.relid AND p.datname = current_database() ORDER BY p.pid")

  /// The phase of each vacuum, as a label of a value that is always 1.
  static let vacuumPhase = TableQuery(
    name: "stat_progress_vacuum_phase", prefix: "pg_stat_progress_vacuum_",
    labels: [
      .of("datname", sql: "p.datname"), .of("relname", sql: "coalesce(c.relname, p.relid::text)"),
      .of("phase", sql: "p.phase"),
    ],
    values: [.of(.gauge, "one", "The phase the vacuum is in.", metric: "phase", sql: "1")],
    source: "FROM pg_stat_progress_vacuum p LEFT JOIN pg_class c"
      + " ON c.oid = p.relid AND p.datname = current_database() ORDER BY p.pid")
}
