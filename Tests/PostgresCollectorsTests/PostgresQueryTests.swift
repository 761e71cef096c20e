import CollectorCore
import ExpositionFormat
import PostgresCollectors
import TestSupport
import Testing

/// Rows given as literals.
struct LiteralRows: PostgresRows {
  let columns: [String]
  let rows: [[String?]]

  var rowCount: Int { rows.count }
  func column(_ name: String) -> Int? { columns.firstIndex(of: name) }
  func text(_ row: Int, _ column: Int) -> String? { rows[row][column] }
  func number(_ row: Int, _ column: Int) -> Double? { rows[row][column].flatMap { Double($0) } }
}

private func query(_ name: String) throws -> any PostgresQuery {
  try #require(PostgresCollectors.all.first { $0.name == name })
}

private func decode(_ name: String, _ rows: LiteralRows) throws -> String {
  var buffer = FamilyBuffer()
  buffer.beginScrape()
  try query(name).decode(rows, into: &buffer)
  #expect(buffer.problems.total == 0)
  let text = buffer.render().text
  return text.split(separator: "\n").filter { !$0.hasPrefix("# HELP") }.joined(separator: "\n")
}

@Test(
  arguments: [
    ("stat_database", "session_time", 130_000, 140_000),
    ("stat_database", "active_time / 1000", 130_000, 140_000),
    ("stat_database", "parallel_workers_launched", 170_000, 180_000),
    ("stat_database_conflicts", "confl_active_logicalslot", 150_000, 160_000),
    ("stat_bgwriter", "pg_stat_checkpointer", 160_000, 170_000),
    ("stat_bgwriter", "c.num_timed", 160_000, 170_000),
    ("stat_checkpointer", "slru_written", 170_000, 180_000),
    ("replication_slot_positions", "safe_wal_size", 120_000, 130_000),
    ("stat_progress_vacuum", "max_dead_tuple_bytes", 160_000, 170_000),
    ("stat_replication", "reply_time", 110_000, 120_000),
    ("stat_io", "read_bytes AS", 170_000, 180_000),
  ] as [(String, String, Int, Int)])
func columnsComeWithTheirVersion(name: String, column: String, before: Int, since: Int) throws {
  let query = try query(name)
  #expect(query.sql(version: before)?.contains(column) == false)
  #expect(query.sql(version: since)?.contains(column) == true)
}

@Test(
  arguments: [
    ("stat_bgwriter", "checkpoints_timed AS", 160_000, 170_000),
    ("stat_bgwriter", "buffers_backend_fsync", 160_000, 170_000),
    ("stat_progress_vacuum", "num_dead_tuples", 160_000, 170_000),
    ("stat_wal", "wal_sync_time", 170_000, 180_000),
    ("stat_io", "op_bytes", 170_000, 180_000),
  ] as [(String, String, Int, Int)])
func columnsGoWithTheirVersion(name: String, column: String, last: Int, gone: Int) throws {
  let query = try query(name)
  #expect(query.sql(version: last)?.contains(column) == true)
  #expect(query.sql(version: gone)?.contains(column) == false)
}

@Test func viewsThatAServerLacksAreNotAskedFor() throws {
  #expect(try query("stat_checkpointer").sql(version: 160_000) == nil)
  #expect(try query("replication_slot_status").sql(version: 120_000) == nil)
  #expect(try query("stat_wal_receiver").sql(version: 120_000) == nil)
  #expect(try query("stat_io").sql(version: 150_000) == nil)
  #expect(try query("stat_wal").sql(version: 130_000) == nil)
  #expect(try query("stat_slru").sql(version: 120_000) == nil)
}

@Test func checkpointCountersHaveTheSameNames() throws {
  let rows = LiteralRows(
    columns: ["checkpoints_timed_total", "buffers_checkpoint_total"], rows: [["12", "345"]])
  #expect(
    try decode("stat_bgwriter", rows) == """
      # TYPE pg_stat_bgwriter_buffers_checkpoint counter
      pg_stat_bgwriter_buffers_checkpoint 345
      # TYPE pg_stat_bgwriter_buffers_checkpoint_total counter
      pg_stat_bgwriter_buffers_checkpoint_total 345
      # TYPE pg_stat_bgwriter_checkpoints_timed counter
      pg_stat_bgwriter_checkpoints_timed 12
      # TYPE pg_stat_bgwriter_checkpoints_timed_total counter
      pg_stat_bgwriter_checkpoints_timed_total 12
      """)
}

@Test(
  arguments: [
    (
      [.upTo10, .upTo19, .from20],
      [
        "pg_replication_slot_is_active", "pg_replication_slot_slot_is_active",
        "pg_replication_slots_slot_is_active",
      ]
    ),
    ([.from20], ["pg_replication_slots_slot_is_active"]),
    ([.upTo19], ["pg_replication_slot_is_active", "pg_replication_slot_slot_is_active"]),
    ([.upTo10], []),
  ] as [(Set<NameGeneration>, [String])])
func generationsOfNamesCanBeSwitchedOff(shown: Set<NameGeneration>, names: [String]) throws {
  let rows = LiteralRows(
    columns: ["slot_name", "slot_type", "slot_is_active"], rows: [["s", "p", "1"]])
  var buffer = FamilyBuffer()
  buffer.beginScrape()
  let query = try query("replication_slot_positions").showing(shown)
  query.decode(rows, into: &buffer)
  #expect(ExpositionText(buffer.render().text).samples.map(\.name) == names)
  #expect((query.sql(version: 150_000) == nil) == names.isEmpty)
}

@Test func statDatabaseRows() throws {
  let rows = LiteralRows(
    columns: ["datid", "datname", "numbackends", "xact_commit", "active_seconds", "stats_reset"],
    rows: [
      ["5", "postgres", "3", "10", "1.5", nil], ["16384", "a\"b", "0", nil, "0", "1700000000.5"],
    ])
  #expect(
    try decode("stat_database", rows) == """
      # TYPE pg_stat_database_active_time_seconds_total counter
      pg_stat_database_active_time_seconds_total{datid="5",datname="postgres"} 1.5
      pg_stat_database_active_time_seconds_total{datid="16384",datname="a\\"b"} 0
      # TYPE pg_stat_database_numbackends gauge
      pg_stat_database_numbackends{datid="5",datname="postgres"} 3
      pg_stat_database_numbackends{datid="16384",datname="a\\"b"} 0
      # TYPE pg_stat_database_stats_reset counter
      pg_stat_database_stats_reset{datid="5",datname="postgres"} 0
      pg_stat_database_stats_reset{datid="16384",datname="a\\"b"} 1.7000000005e+09
      # TYPE pg_stat_database_xact_commit counter
      pg_stat_database_xact_commit{datid="5",datname="postgres"} 10
      """)
}

@Test func slotsWithoutALimitHaveNoSafeSize() throws {
  let rows = LiteralRows(
    columns: ["slot_name", "slot_type", "slot_is_active", "safe_wal_size_bytes"],
    rows: [["s", "physical", "1", nil]])
  #expect(
    try decode("replication_slot_positions", rows) == """
      # TYPE pg_replication_slot_is_active gauge
      pg_replication_slot_is_active{slot_name="s",slot_type="physical"} 1
      # TYPE pg_replication_slot_slot_is_active gauge
      pg_replication_slot_slot_is_active{slot_name="s",slot_type="physical"} 1
      # TYPE pg_replication_slots_slot_is_active gauge
      pg_replication_slots_slot_is_active{slot_name="s",slot_type="physical"} 1
      """)
}

@Test(
  arguments: [
    ("shared_buffers", "16384", "8kB", "integer", "shared_buffers_bytes", 134_217_728),
    ("work_mem", "4096", "kB", "integer", "work_mem_bytes", 4_194_304),
    ("wal_segment_size", "16777216", "B", "integer", "wal_segment_size_bytes", 16_777_216),
    ("max_wal_size", "1024", "MB", "integer", "max_wal_size_bytes", 1_073_741_824),
    ("log_min_duration_statement", "-1", "ms", "integer", "log_min_duration_statement_seconds", -1),
    ("vacuum_cost_delay", "2.5", "ms", "real", "vacuum_cost_delay_seconds", 0.0025),
    ("checkpoint_timeout", "5", "min", "integer", "checkpoint_timeout_seconds", 300),
    ("log_rotation_age", "2", "d", "integer", "log_rotation_age_seconds", 172_800),
    ("max_connections", "100", nil, "integer", "max_connections", 100),
    ("fsync", "on", nil, "bool", "fsync", 1),
    ("jit", "off", nil, "bool", "jit", 0),
    ("pg_stat_statements.max", "5000", nil, "integer", "pg_stat_statements_max", 5_000),
    ("my-ext.x", "1e3", "furlong", "real", "my_ext_x", 1_000),
  ] as [(String, String, String?, String, String, Double)])
func settingsHaveUnits(
  name: String, value: String, unit: String?, type: String, metric: String, expected: Double
) throws {
  let rows = LiteralRows(
    columns: ["name", "reset_val", "unit", "vartype"], rows: [[name, value, unit, type]])
  let shown = ExpositionText(try decode("settings", rows))
  #expect(shown.value("pg_settings_\(metric)") == expected)
  #expect(shown.samples.count == 1)
}

@Test func oddSettingsAreSkipped() throws {
  let rows = LiteralRows(
    columns: ["name", "reset_val", "unit", "vartype"],
    rows: [
      ["odd name", "1", nil, "integer"], ["vendor", "lots", nil, "integer"],
      ["huge", "1", "xkB", "integer"], ["nothing", nil, nil, "bool"],
      ["fine", "1", nil, "integer"],
    ])
  let shown = ExpositionText(try decode("settings", rows))
  #expect(shown.samples.map(\.name) == ["pg_settings_fine", "pg_settings_huge"])
}

@Test func inputAndOutputRows() throws {
  let rows = LiteralRows(
    columns: ["backend_type", "object", "context", "reads", "read_bytes", "evictions"],
    rows: [["client backend", "relation", "normal", "3", "24576", nil]])
  #expect(
    try decode("stat_io", rows) == """
      # TYPE tocsin_postgres_io_read_bytes_total counter
      tocsin_postgres_io_read_bytes_total{backend_type="client backend",object="relation",context="normal"} 24576
      # TYPE tocsin_postgres_io_reads_total counter
      tocsin_postgres_io_reads_total{backend_type="client backend",object="relation",context="normal"} 3
      """)
}

@Test func checkpointerRowsOfEighteen() throws {
  let rows = LiteralRows(
    columns: ["num_timed", "num_done", "slru_written", "stats_reset"],
    rows: [["5", "4", "17", "1700000000"]])
  #expect(
    try decode("stat_checkpointer", rows) == """
      # TYPE pg_stat_checkpointer_num_done_total counter
      pg_stat_checkpointer_num_done_total 4
      # TYPE pg_stat_checkpointer_num_timed_total counter
      pg_stat_checkpointer_num_timed_total 5
      # TYPE pg_stat_checkpointer_slru_written_total counter
      pg_stat_checkpointer_slru_written_total 17
      # TYPE pg_stat_checkpointer_stats_reset_total counter
      pg_stat_checkpointer_stats_reset_total 1.7e+09
      """)
}

@Test(
  arguments: [
    ("1.7", ["sum(total_time)", "sum(blk_read_time)"]),
    ("1.10", ["sum(total_exec_time)", "sum(blk_read_time)"]),
    ("1.12", ["sum(total_exec_time)", "sum(shared_blk_read_time)"]),
  ] as [(String, [String])])
func statementsFollowTheExtension(version: String, columns: [String]) throws {
  let parts = version.split(separator: ".").compactMap { Int($0) }
  let status = PostgresStatus(
    version: 180_000,
    extensions: [
      "pg_stat_statements": PostgresExtension(major: parts[0], minor: parts[1], schema: "public")
    ])
  let sql = try #require(try query("stat_statements").sql(for: status))
  for column in columns { #expect(sql.contains(column)) }
}

@Test func queryNamesAreUnique() {
  #expect(Set(PostgresCollectors.names).count == PostgresCollectors.all.count)
}
