import ExpositionFormat
import MetricModel

/// One `SHOW` statement of the admin console with the metrics of its columns.
struct PgBouncerTable: Sendable {
  /// A column that becomes a metric.
  struct Value: Sendable {
    let column: String
    let metric: String
    let type: MetricType
    /// The factor for the column: microseconds become seconds.
    let factor: Double
    let help: String

    init(
      _ column: String, _ metric: String, _ help: String, _ type: MetricType = .gauge,
      factor: Double = 1
    ) {
      self.column = column
      self.metric = metric
      self.type = type
      self.factor = factor
      self.help = help
    }
  }

  let statement: String
  let prefix: String
  let labels: [String]
  let values: [Value]

  /// Writes the columns that this version of PgBouncer has.
  func write<Rows: PostgresRows & ~Copyable>(
    _ rows: borrowing Rows, into buffer: inout FamilyBuffer
  ) {
    let present = labels.map { rows.column($0) }
    for value in values {
      guard let column = rows.column(value.column) else { continue }
      buffer.family(prefix + value.metric, value.type, value.help, labels: labels)
      for row in 0..<rows.rowCount {
        guard let number = rows.number(row, column) else { continue }
        buffer.beginSample()
        for label in present { buffer.label(label.flatMap { rows.text(row, $0) } ?? "") }
        buffer.endSample(number * value.factor)
      }
    }
  }

  static let all = [databases, pools, totals("stats_totals"), totals("stats")]

  private static let databases = PgBouncerTable(
    statement: "SHOW DATABASES", prefix: "pgbouncer_databases_",
    labels: ["name", "host", "port", "database", "force_user", "pool_mode"],
    values: [
      Value("pool_size", "pool_size", "Server connections a pool may have."),
      Value("min_pool_size", "min_pool_size", "Server connections a pool keeps."),
      Value("reserve_pool", "reserve_pool", "Additional server connections a pool may have."),
      Value("reserve_pool_size", "reserve_pool", "Additional server connections a pool may have."),
      Value("max_connections", "max_connections", "Server connections allowed to the database."),
      Value("current_connections", "current_connections", "Server connections to the database."),
      Value("paused", "paused", "Whether the database is paused."),
      Value("disabled", "disabled", "Whether the database is disabled."),
    ])

  private static let pools = PgBouncerTable(
    statement: "SHOW POOLS", prefix: "pgbouncer_pools_", labels: ["database", "user"],
    values: [
      Value("cl_active", "client_active_connections", "Clients linked to a server connection."),
      Value("cl_waiting", "client_waiting_connections", "Clients that wait for a connection."),
      Value("cl_cancel_req", "client_cancel_connections", "Clients whose cancel is not sent yet."),
      Value(
        "cl_active_cancel_req", "client_active_cancel_connections",
        "Clients whose cancel was sent on."),
      Value(
        "cl_waiting_cancel_req", "client_waiting_cancel_connections",
        "Clients whose cancel is not sent yet."),
      Value("sv_active", "server_active_connections", "Server connections linked to a client."),
      Value(
        "sv_active_cancel", "server_active_cancel_connections",
        "Server connections that send a cancel."),
      Value(
        "sv_being_canceled", "server_being_canceled_connections",
        "Server connections that wait for a cancel to end."),
      Value("sv_idle", "server_idle_connections", "Server connections ready for a client."),
      Value("sv_used", "server_used_connections", "Server connections to be checked before use."),
      Value("sv_tested", "server_testing_connections", "Server connections being checked."),
      Value("sv_login", "server_login_connections", "Server connections that log in."),
      Value(
        "maxwait", "client_maxwait_seconds", "Seconds that the first waiting client has waited."),
    ])

  /// The counters, under the names of the newest exporter and those before it.
  private static func totals(_ subsystem: String) -> PgBouncerTable {
    PgBouncerTable(
      statement: "SHOW STATS_TOTALS", prefix: "pgbouncer_\(subsystem)_", labels: ["database"],
      values: counters)
  }

  private static let counters = [
    Value("query_count", "queries_pooled_total", "Statements pooled.", .counter),
    Value(
      "query_time", "queries_duration_seconds_total", "Seconds spent in statements.", .counter,
      factor: 1e-6),
    Value("bytes_received", "received_bytes_total", "Bytes received.", .counter),
    Value("bytes_sent", "sent_bytes_total", "Bytes sent.", .counter),
    Value(
      "wait_time", "client_wait_seconds_total", "Seconds that clients waited.", .counter,
      factor: 1e-6),
    Value("xact_count", "sql_transactions_pooled_total", "Transactions pooled.", .counter),
    Value(
      "xact_time", "server_in_transaction_seconds_total", "Seconds spent in transactions.",
      .counter, factor: 1e-6),
    Value(
      "server_assignment_count", "server_assignments_total", "Server connections given to clients.",
      .counter),
  ]
}
