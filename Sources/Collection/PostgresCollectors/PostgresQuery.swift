package import ExpositionFormat

/// One statement and the families made from its rows.
///
/// The statement depends on the server's version and only reads; decoding is a pure function, so
/// that the columns of every version can be tested without that server.
package protocol PostgresQuery: Sendable {
  /// The value of the `collector` label in `pg_scrape_collector_success`.
  var name: String { get }
  /// When the statement runs.
  var pace: QueryPace { get }
  /// Whether it runs unless the configuration says otherwise.
  var isEnabledByDefault: Bool { get }

  /// The statement for a server of this version (150020 for 15.20); `nil` if such a server has no
  /// data for it.
  func sql(version: Int) -> String?

  /// The statement for this server, where more than its version matters; by default the one for its
  /// version.
  func sql(for server: PostgresStatus) -> String?

  /// Whether the statement concerns the server, or the connected database alone.
  var scope: QueryScope { get }

  /// The same query with these generations of names.
  func showing(_ generations: Set<NameGeneration>) -> any PostgresQuery

  /// Writes the families of the rows.
  func decode<Rows: PostgresRows & ~Copyable>(
    _ rows: borrowing Rows, into buffer: inout FamilyBuffer)
}

extension PostgresQuery {
  package func sql(for server: PostgresStatus) -> String? { sql(version: server.version) }
  package var scope: QueryScope { .server }
  package func showing(_ generations: Set<NameGeneration>) -> any PostgresQuery { self }
}

/// The subject of a statement.
package enum QueryScope: Sendable, Hashable {
  /// The whole server, wherever the session is connected.
  case server
  /// The connected database: to be run in each.
  case database
}

/// When a statement runs.
package enum QueryPace: Sendable, Hashable {
  /// With every scrape.
  case everyScrape
  /// Rarely, on a session of its own: it walks through files, or takes long.
  case slow
}
