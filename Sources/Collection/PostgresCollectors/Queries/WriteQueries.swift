import MetricModel

/// How much the server reads and writes, and for what: the views that no generation of
/// postgres_exporter exposes.
extension TableQuery {
  private static func seconds(
    _ column: String, _ name: String, _ help: String, since: Int = 0, before: Int = .max
  ) -> Value {
    .of(
      .counter, column, help, metric: name, sql: "\(column) / 1000", since: since, before: before)
  }

  /// Input and output by backend type, object and context, from PostgreSQL 16 on. What never
  /// happened has no series, and NULL means that it cannot happen.
  static let statIO = TableQuery(
    name: "stat_io", prefix: "tocsin_postgres_io_", since: 160_000,
    labels: [.of("backend_type"), .of("object"), .of("context")],
    values: [
      .of(.counter, "reads", "Reads.", metric: "reads_total"),
      .of(
        .counter, "read_bytes", "Bytes read.", metric: "read_bytes_total",
        sql: "reads * op_bytes", newer: (180_000, "read_bytes")),
      seconds("read_time", "read_seconds_total", "Seconds spent reading, with track_io_timing."),
      .of(.counter, "writes", "Writes.", metric: "writes_total"),
      .of(
        .counter, "write_bytes", "Bytes written.", metric: "write_bytes_total",
        sql: "writes * op_bytes", newer: (180_000, "write_bytes")),
      seconds("write_time", "write_seconds_total", "Seconds spent writing, with track_io_timing."),
      .of(.counter, "extends", "Extensions of a relation.", metric: "extends_total"),
      .of(
        .counter, "extend_bytes", "Bytes that relations were extended by.",
        metric: "extend_bytes_total", sql: "extends * op_bytes",
        newer: (180_000, "extend_bytes")),
      .of(.counter, "hits", "Blocks found in the cache.", metric: "hits_total"),
      .of(.counter, "evictions", "Blocks thrown out of the cache.", metric: "evictions_total"),
      .of(.counter, "reuses", "Blocks of a ring that were used again.", metric: "reuses_total"),
      .of(.counter, "fsyncs", "Syncs.", metric: "fsyncs_total"),
      seconds("fsync_time", "fsync_seconds_total", "Seconds spent syncing, with track_io_timing."),
    ],
    source: """
      FROM pg_stat_io
      WHERE coalesce(reads, 0) + coalesce(writes, 0) + coalesce(extends, 0) + coalesce(hits, 0)
        + coalesce(fsyncs, 0) > 0
      ORDER BY 1, 2, 3
      """)

  /// How much WAL is generated, from PostgreSQL 14 on; 18 moved its writes to the view of input and
  /// output.
  static let statWAL = TableQuery(
    name: "stat_wal", prefix: "tocsin_postgres_wal_", since: 140_000, labels: [],
    values: [
      .of(.counter, "wal_records", "WAL records made.", metric: "records_total"),
      .of(
        .counter, "wal_fpi", "Images of whole pages in the WAL.", metric: "full_page_images_total"),
      .of(.counter, "wal_bytes", "Bytes of WAL made.", metric: "bytes_total"),
      .of(
        .counter, "wal_buffers_full", "Writes because the WAL buffers were full.",
        metric: "buffers_full_total"),
      .of(.counter, "wal_write", "Writes of WAL buffers.", metric: "writes_total", before: 180_000),
      .of(.counter, "wal_sync", "Syncs of WAL files.", metric: "syncs_total", before: 180_000),
      seconds(
        "wal_write_time", "write_seconds_total",
        "Seconds spent writing WAL, with track_wal_io_timing.", before: 180_000),
      seconds(
        "wal_sync_time", "sync_seconds_total",
        "Seconds spent syncing WAL, with track_wal_io_timing.", before: 180_000),
    ],
    source: "FROM pg_stat_wal")

  /// The small caches of transaction states, from PostgreSQL 13 on.
  static let statSLRU = TableQuery(
    name: "stat_slru", prefix: "tocsin_postgres_slru_", since: 130_000, labels: [.of("name")],
    values: [
      .of(.counter, "blks_zeroed", "Blocks zeroed.", metric: "blocks_zeroed_total"),
      .of(.counter, "blks_hit", "Blocks found in the cache.", metric: "blocks_hit_total"),
      .of(.counter, "blks_read", "Blocks read.", metric: "blocks_read_total"),
      .of(.counter, "blks_written", "Blocks written.", metric: "blocks_written_total"),
      .of(.counter, "flushes", "Flushes of dirty blocks.", metric: "flushes_total"),
      .of(.counter, "truncates", "Truncations.", metric: "truncates_total"),
    ],
    source: "FROM pg_stat_slru ORDER BY name")
}
