/// The server settings of a monitoring session: it never waits for locks, leaves no transaction
/// open and costs little.
package struct SessionSettings: Sendable, Equatable {
  /// The name of the session in `pg_stat_activity`, unless the connection string sets one.
  package var applicationName = "tocsin"
  /// The time after which the server cancels a statement.
  package var statementTimeout: Duration = .seconds(9)
  /// The time after which a statement stops waiting for a lock: monitoring never queues behind an
  /// ALTER TABLE.
  package var lockTimeout: Duration = .milliseconds(200)
  /// Whether the server is the admin console of a pooler, which supports neither settings nor
  /// prepared statements.
  package var isConsole = false

  /// The settings for a server of this version.
  ///
  /// They are set after the login, not with it: PgBouncer refuses them there, and only so does
  /// `pg_settings.reset_val` still show the values of other sessions.
  func values(forVersion version: Int) -> [(name: String, value: String)] {
    var values = [
      ("statement_timeout", "\(statementTimeout.wholeMilliseconds)"),
      ("lock_timeout", "\(lockTimeout.wholeMilliseconds)"),
      ("idle_in_transaction_session_timeout", "10000"),
      ("default_transaction_read_only", "on"),
      // Only this schema: no user's object can replace one of the catalog (CVE-2018-1058).
      ("search_path", "pg_catalog"),
      ("jit", "off"),
      ("max_parallel_workers_per_gather", "0"),
      ("work_mem", "4MB"),
      ("standard_conforming_strings", "on"),
      ("DateStyle", "ISO"),
      ("TimeZone", "UTC"),
    ]
    if version >= 140_000 { values.append(("idle_session_timeout", "0")) }
    // No snapshot of all statistics to read a few of them once.
    if version >= 150_000 { values.append(("stats_fetch_consistency", "none")) }
    return values
  }

  /// A statement that applies these settings; `scope` is an SQL expression for whether they last
  /// for the transaction only.
  static func statement(
    setting values: [(name: String, value: String)], forTransaction scope: String,
    and column: String? = nil
  ) -> String {
    let calls = values.map {
      "pg_catalog.set_config(\(quoted($0.name)), \(quoted($0.value)), \(scope))"
    }
    return "SELECT " + ((column.map { [$0] } ?? []) + calls).joined(separator: ", ")
  }

  /// An SQL literal that is independent of `standard_conforming_strings`.
  private static func quoted(_ text: String) -> String {
    "E'\(text.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
  }
}

extension Duration {
  /// Milliseconds, rounded up so that a short time never becomes 0, which would mean no limit.
  fileprivate var wholeMilliseconds: Int64 {
    let (seconds, attoseconds) = components
    return max(1, seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }
}
