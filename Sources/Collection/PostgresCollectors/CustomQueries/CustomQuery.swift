/// A user's query: its statement, when and where it runs, its limits, and the metrics of its
/// columns.
package struct CustomQuery: Sendable, Equatable {
  /// The server's role in replication.
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
    /// They are summed up in one series per metric whose labels are `other`.
    case other
    /// They are dropped and counted.
    case drop
    /// The query counts as failed.
    case fail
  }

  /// A query that must return true before the query itself runs.
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

  /// The name, which is a label of the exporter's own series about the query.
  package var name: String
  /// The statement.
  package var sql: String
  /// The predicates that must hold.
  package var predicates: [Predicate] = []
  /// How long a result is exposed before the query runs again; zero for every scrape.
  package var ttl: Duration = .zero
  /// The longest time of one run.
  package var timeout: Duration = CustomQueryLimits.timeout
  /// The longest wait for a lock in one run.
  package var lockTimeout: Duration = CustomQueryLimits.lockTimeout
  /// The server versions that it is for.
  package var versions = VersionRange.all
  /// The role that the server must have.
  package var role = Role.any
  /// The databases that it runs in, each with a `datname` label; empty for that of the connection.
  package var databases: [String] = []
  /// The schemas in which names without a schema are looked up.
  package var searchPath = ["pg_catalog"]
  /// The schedule.
  package var lane = Lane.fast
  /// The most rows that are read.
  package var maxRows = CustomQueryLimits.rows
  /// The most series that are exposed.
  package var maxSeries = CustomQueryLimits.series
  /// What happens to rows beyond a limit.
  package var onOverflow = Overflow.drop
  /// The metrics.
  package var metrics: [CustomMetric] = []
  /// How the other columns are exposed, as postgres_exporter does; `nil` if they are ignored.
  package var undeclared: UndeclaredColumns?

  /// Makes a query without metrics.
  package init(name: String, sql: String) {
    self.name = name
    self.sql = sql
  }

  /// The label for the database, unless the query has such a label of its own.
  package static let databaseLabel = "datname"
}

/// Columns that no metric mentions: each that holds numbers becomes an untyped metric.
package struct UndeclaredColumns: Sendable, Equatable {
  /// The prefix of their metrics' names.
  package var prefix: String
  /// The labels of the namespace.
  package var labels: [CustomLabel]
  /// Columns that a metric mentions.
  package var known: Set<String>

  /// Makes the rule.
  package init(prefix: String, labels: [CustomLabel], known: Set<String>) {
    self.prefix = prefix
    self.labels = labels
    self.known = known
  }
}

/// The default limits of a custom query.
package enum CustomQueryLimits {
  /// The longest run within a scrape.
  package static let timeout: Duration = .seconds(5)
  /// The longest run in the background.
  package static let slowTimeout: Duration = .seconds(60)
  /// The longest wait for a lock.
  package static let lockTimeout: Duration = .milliseconds(200)
  /// Rows.
  package static let rows = 10_000
  /// Series.
  package static let series = 10_000
  /// Bytes of one label value; longer ones are cut and end in a hash.
  package static let labelBytes = 256
  /// A result that could not be renewed is exposed until it is this many times its ttl old.
  static let staleFactor = 3
  /// The longest pause after a query that exceeded its time repeatedly.
  static let longestPause: Duration = .seconds(300)
}
