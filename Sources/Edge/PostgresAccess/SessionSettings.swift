/// What a monitoring session tells the server about itself: it waits for no lock, leaves nothing open, costs little.
package struct SessionSettings: Sendable, Equatable {
  /// How the session is shown in `pg_stat_activity`, unless the connection string says otherwise.
  package var applicationName = "tocsin"
  /// After how long the server ends a statement by itself.
  package var statementTimeout: Duration = .seconds(9)
  /// After how long a statement gives up waiting for a lock: monitoring never queues behind an ALTER TABLE.
  package var lockTimeout: Duration = .milliseconds(200)

  /// Settings that every supported server knows, sent with the start of the session.
  var startup: [(name: String, value: String)] {
    [
      ("statement_timeout", "\(statementTimeout.wholeMilliseconds)"),
      ("lock_timeout", "\(lockTimeout.wholeMilliseconds)"),
      ("idle_in_transaction_session_timeout", "10000"),
      ("default_transaction_read_only", "on"),
      // Exactly this: no object of a user can stand in for one of the catalog (CVE-2018-1058).
      ("search_path", "pg_catalog"),
      ("jit", "off"),
      ("max_parallel_workers_per_gather", "0"),
      ("work_mem", "4MB"),
      ("standard_conforming_strings", "on"),
      ("DateStyle", "ISO"),
      ("TimeZone", "UTC"),
    ]
  }

  /// The settings as `-c` options of the startup packet.
  var startupOptions: String {
    startup.map { "-c \($0.name)=\($0.value)" }.joined(separator: " ")
  }

  /// Statements for a pooler that refuses startup options.
  var startupStatements: [String] {
    startup.map { "SET \($0.name) = '\($0.value)'" }
  }

  /// Statements that only newer servers understand, sent once the version is known.
  func statements(forVersion version: Int) -> [String] {
    var statements: [String] = []
    if version >= 140_000 { statements.append("SET idle_session_timeout = 0") }
    // No snapshot of all statistics for the sake of reading some once.
    if version >= 150_000 { statements.append("SET stats_fetch_consistency = 'none'") }
    return statements
  }
}

extension Duration {
  /// Milliseconds, rounded up so that a short time never becomes 0, which would mean no limit.
  fileprivate var wholeMilliseconds: Int64 {
    let (seconds, attoseconds) = components
    return max(1, seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }
}
