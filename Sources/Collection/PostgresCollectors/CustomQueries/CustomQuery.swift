/// A query that a user wrote: its statement, when and where it runs, what it may cost, and what
/// becomes of its columns.
package struct CustomQuery: Sendable, Equatable {
  /// Where the server stands in replication.
  package enum Role: String, Sendable, CaseIterable {
    case any, primary, standby
  }

  /// Which schedule the query is on.
  package enum Lane: String, Sendable, CaseIterable {
    /// Within a scrape.
    case fast
    /// In the background, on a session that is opened for it.
    case slow
  }

  /// What happens to rows beyond a limit.
  package enum Overflow: String, Sendable, CaseIterable {
    /// They are summed up in one series per metric whose labels say `other`.
    case other
    /// They are left out, and counted.
    case drop
    /// The query counts as failed.
    case fail
  }

  /// A query that must say true before the query proper runs.
  package struct Predicate: Sendable, Equatable {
    /// The name, for messages.
    package var name: String
    /// The statement; the first cell of its first row counts.
    package var sql: String

    /// Makes a predicate.
    package init(name: String, sql: String) {
      self.name = name
      self.sql = sql
    }
  }

  /// The name, which the exporter's own series about the query carry.
  package var name: String
  /// The statement.
  package var sql: String
  /// What must hold first.
  package var predicates: [Predicate] = []
  /// For how long an answer is shown before the query runs again; zero for every scrape.
  package var ttl: Duration = .zero
  /// How long one run may take.
  package var timeout: Duration = CustomQueryLimits.timeout
  /// How long one run may wait for a lock.
  package var lockTimeout: Duration = CustomQueryLimits.lockTimeout
  /// The servers that it is for.
  package var versions = VersionRange.all
  /// The role that the server must have.
  package var role = Role.any
  /// The databases that it runs in, each with a `datname` label; empty for that of the connection.
  package var databases: [String] = []
  /// The schemas in which names without a schema are looked up.
  package var searchPath = ["pg_catalog"]
  /// Which schedule it is on.
  package var lane = Lane.fast
  /// Most rows that are looked at.
  package var maxRows = CustomQueryLimits.rows
  /// Most series that are shown.
  package var maxSeries = CustomQueryLimits.series
  /// What happens to rows beyond.
  package var onOverflow = Overflow.drop
  /// What is shown.
  package var metrics: [CustomMetric] = []
  /// What the other columns become, as postgres_exporter has it; nil if they are ignored.
  package var undeclared: UndeclaredColumns?

  /// Makes a query that shows nothing yet.
  package init(name: String, sql: String) {
    self.name = name
    self.sql = sql
  }

  /// The label for the database, unless the query has such a label of its own.
  package static let databaseLabel = "datname"
}

/// Columns that no metric mentions: each that holds numbers becomes an untyped metric.
package struct UndeclaredColumns: Sendable, Equatable {
  /// The start of the names of their metrics.
  package var prefix: String
  /// The labels of the namespace.
  package var labels: [CustomLabel]
  /// Columns that are mentioned after all.
  package var known: Set<String>

  /// Makes the rule.
  package init(prefix: String, labels: [CustomLabel], known: Set<String>) {
    self.prefix = prefix
    self.labels = labels
    self.known = known
  }
}

/// What a custom query may cost unless it says otherwise.
package enum CustomQueryLimits {
  /// Time for one run in the fast lane.
  package static let timeout: Duration = .seconds(5)
  /// Time for one run in the slow lane.
  package static let slowTimeout: Duration = .seconds(60)
  /// Time to wait for a lock.
  package static let lockTimeout: Duration = .milliseconds(200)
  /// Rows.
  package static let rows = 10_000
  /// Series.
  package static let series = 10_000
  /// Bytes of one label value; longer ones are cut and end in a hash.
  package static let labelBytes = 256
  /// An answer that could not be renewed is shown until it is this many times its ttl old.
  static let staleFactor = 3
  /// The longest pause after a query that overran again and again.
  static let longestPause: Duration = .seconds(300)
}
