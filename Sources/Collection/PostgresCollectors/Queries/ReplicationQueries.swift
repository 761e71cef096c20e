import MetricModel

extension TableQuery {
  /// The current WAL position of a server: what it writes as a primary, what it has received as a
  /// standby. An archive-only standby receives nothing and is where it has replayed to.
  private static let currentPosition =
    "CASE WHEN pg_is_in_recovery()"
    + " THEN coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())"
    + " ELSE pg_current_wal_lsn() END"

  /// Whether a standby still receives from its primary; without the privilege to see more, the
  /// existence of the receiver must suffice.
  private static let isStreaming = """
    EXISTS (SELECT FROM pg_stat_wal_receiver WHERE pid IS NOT NULL
      AND (status IS NULL OR status = 'streaming')
      AND (last_msg_receipt_time IS NULL
        OR last_msg_receipt_time > clock_timestamp() - interval '90 seconds'))
    """

  /// The lag of a standby, which is 0 only if everything is replayed *and* the primary is still
  /// connected: a broken link must not look like a standby without lag.
  static let replication = TableQuery(
    name: "replication", prefix: "pg_replication_", labels: [],
    values: [
      .of(
        .gauge, "lag_seconds", "Seconds that the replay lags behind the primary.",
        sql: """
          CASE WHEN NOT pg_is_in_recovery() THEN 0
            WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() AND \(isStreaming) THEN 0
            WHEN pg_last_xact_replay_timestamp() > clock_timestamp() THEN 0
            ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END
          """, also: [(.exampleQueries, "pg_replication_lag")]),
      .of(
        .gauge, "is_replica", "Whether the server is a standby.",
        sql: "CASE WHEN pg_is_in_recovery() THEN 1 ELSE 0 END"),
      .of(
        .gauge, "last_replay_seconds", "Seconds since the last replayed transaction was committed.",
        sql: "extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())", null: 0),
    ],
    source: "")

  /// The components of the lag.
  static let replicationParts = TableQuery(
    name: "replication_positions", prefix: "tocsin_postgres_", labels: [],
    values: [
      .of(
        .gauge, "wal_position_bytes", "WAL position of the server: written, or received.",
        sql: "pg_wal_lsn_diff(\(currentPosition), '0/0')"),
      .of(
        .gauge, "wal_replay_position_bytes", "WAL position that a standby has replayed to.",
        sql: "pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')"),
      .of(
        .gauge, "wal_receiver_streaming", "Whether a standby still hears from its primary.",
        sql: "CASE WHEN pg_is_in_recovery() THEN CASE WHEN \(isStreaming) THEN 1 ELSE 0 END END"),
    ],
    source: "")

  /// The standbys that this server sends to.
  static let statReplication = TableQuery(
    name: "stat_replication", prefix: "pg_stat_replication_",
    labels: [
      .of("application_name", sql: "r.application_name"),
      .of("client_addr", sql: "host(r.client_addr)"), .of("state", sql: "r.state"),
      .of("slot_name", sql: "s.slot_name"), .of("pid", sql: "r.pid"),
    ],
    values: [
      .of(
        .gauge, "pg_current_wal_lsn_bytes", "WAL position of this server.",
        sql: "pg_wal_lsn_diff(\(currentPosition), '0/0')"),
      .of(
        .gauge, "pg_wal_lsn_diff", "Bytes of WAL that the standby has not replayed yet.",
        sql: "pg_wal_lsn_diff(\(currentPosition), r.replay_lsn)"),
      .of(
        .unknown, "reply_time", "Unix time of the standby's last message.",
        sql: "extract(epoch FROM r.reply_time)", since: 120_000),
    ],
    source: "FROM pg_stat_replication r LEFT JOIN pg_replication_slots s ON s.active_pid = r.pid"
      + " ORDER BY r.pid")

  /// How much WAL each slot retains.
  static let slots = TableQuery(
    name: "replication_slots", prefix: "pg_replication_slots_",
    labels: [.of("slot_name"), .of("database")],
    values: [
      .of(.gauge, "active", "Whether the slot is in use."),
      .of(
        .gauge, "pg_wal_lsn_diff", "Bytes of WAL kept for the slot.",
        sql: "pg_wal_lsn_diff(\(currentPosition), restart_lsn)"),
    ],
    source: "FROM pg_replication_slots ORDER BY slot_name")

  /// The positions of each slot.
  static let slotPositions = TableQuery(
    name: "replication_slot_positions", prefix: "pg_replication_slots_",
    labels: [.of("slot_name"), .of("slot_type")],
    values: [
      .of(
        .gauge, "slot_current_wal_lsn", "WAL position of the server.",
        sql: "pg_wal_lsn_diff(\(currentPosition), '0/0')", generation: .from20,
        also: [
          (.upTo19, "pg_replication_slot_slot_current_wal_lsn"),
          (.upTo19, "pg_replication_slot_current_wal_lsn"),
        ]),
      .of(
        .gauge, "slot_confirmed_flush_lsn", "WAL position that the consumer has confirmed.",
        sql: "CASE WHEN active THEN"
          + " pg_wal_lsn_diff(coalesce(confirmed_flush_lsn, '0/0'), '0/0') END",
        generation: .from20,
        also: [
          (.upTo19, "pg_replication_slot_slot_confirmed_flush_lsn"),
          (.upTo19, "pg_replication_slot_confirmed_flush_lsn"),
        ]),
      .of(
        .gauge, "slot_is_active", "Whether the slot is in use.", sql: "active", generation: .from20,
        also: [
          (.upTo19, "pg_replication_slot_slot_is_active"),
          (.upTo19, "pg_replication_slot_is_active"),
        ]),
      .of(
        .gauge, "safe_wal_size_bytes", "Bytes of WAL until the slot is lost.",
        sql: "safe_wal_size", since: 130_000, generation: .from20,
        also: [(.upTo19, "pg_replication_slot_safe_wal_size_bytes")]),
    ],
    source: "FROM pg_replication_slots ORDER BY slot_name")

  /// Whether the WAL that a slot needs still exists, as a label of a value that is always 1.
  static let slotStatus = TableQuery(
    name: "replication_slot_status", prefix: "pg_replication_slots_", since: 130_000,
    labels: [.of("slot_name"), .of("slot_type"), .of("wal_status")],
    values: [
      .of(.gauge, "one", "Whether the slot's WAL is available.", metric: "wal_status", sql: "1")
    ],
    source: "FROM pg_replication_slots WHERE wal_status IS NOT NULL ORDER BY slot_name")

  /// The source and positions of a standby's WAL receiver.
  static let walReceiver = TableQuery(
    name: "stat_wal_receiver", prefix: "pg_stat_wal_receiver_", since: 130_000,
    labels: [
      .of("upstream_host", sql: "sender_host"), .of("slot_name"), .of("status"),
    ],
    values: [
      .of(
        .counter, "receive_start_lsn", "First WAL position received.",
        sql: "pg_wal_lsn_diff(receive_start_lsn, '0/0')"),
      .of(.gauge, "receive_start_tli", "First timeline received."),
      .of(
        .counter, "flushed_lsn", "WAL position written to disk.",
        sql: "pg_wal_lsn_diff(flushed_lsn, '0/0')"),
      .of(.gauge, "received_tli", "Timeline last received."),
      .of(
        .counter, "last_msg_send_time", "Unix time at which the last message was sent.",
        sql: "extract(epoch FROM last_msg_send_time)"),
      .of(
        .counter, "last_msg_receipt_time", "Unix time at which the last message came.",
        sql: "extract(epoch FROM last_msg_receipt_time)"),
      .of(
        .counter, "latest_end_lsn", "WAL position last reported to the primary.",
        sql: "pg_wal_lsn_diff(latest_end_lsn, '0/0')"),
      .of(
        .counter, "latest_end_time", "Unix time of the last report to the primary.",
        sql: "extract(epoch FROM latest_end_time)"),
      .of(
        .gauge, "upstream_node", "Node number of the primary, where repmgr named the slot.",
        sql: "substring(slot_name FROM 'repmgr_slot_([0-9]+)')::float8"),
    ],
    source: "FROM pg_stat_wal_receiver WHERE status IS NOT NULL")
}
