package import CollectorCore

/// One statement and the families made from its rows.
///
/// The statement is chosen by the server's version and only reads; the decoding is a pure function,
/// so that every version's columns can be tested without that server.
package protocol PostgresQuery: Sendable {
  /// The value of the `collector` label in `pg_scrape_collector_success`.
  var name: String { get }
  /// When the statement runs.
  var pace: QueryPace { get }
  /// Whether it runs unless the configuration says otherwise.
  var isEnabledByDefault: Bool { get }

  /// The statement for a server of this version (150020 for 15.20); nil if such a server has
  /// nothing to tell.
  func sql(version: Int) -> String?

  /// Writes the families of the rows.
  func decode<Rows: PostgresRows & ~Copyable>(
    _ rows: borrowing Rows, into buffer: inout FamilyBuffer)
}

/// When a statement runs.
package enum QueryPace: Sendable, Hashable {
  /// With every scrape.
  case everyScrape
  /// Rarely, on a session of its own: it walks over files, or takes long.
  case slow
}
