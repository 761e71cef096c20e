import ExporterConfiguration
import PostgresAccess
import PostgresCollectors

/// A Postgres server of the configuration, with the value of its label `server`.
///
/// The value is `host:port`. Several databases of one server may have entries of their own, as in a
/// `DATA_SOURCE_NAME` with commas: from the second on the label is `host:port/database`, and no
/// entry examines the tables of a database that has its own entry.
struct PostgresEntry: Sendable {
  let server: PostgresServer
  /// Where the server is named, for messages.
  let origin: String
  /// The databases of the same server with entries of their own.
  private(set) var otherDatabases: [String] = []

  /// Creates the entries.
  ///
  /// - Throws: ``ServerError`` if one is a duplicate.
  static func entries(of servers: [ExporterConfiguration.Server]) throws -> [PostgresEntry] {
    var entries: [PostgresEntry] = []
    for server in servers {
      let settings = try server.postgresSettings()
      let taken = Set(entries.map(\.server.label))
      let whole = settings.serverLabel
      let label = taken.contains(whole) ? "\(whole)/\(database(of: settings))" : whole
      let twins = entries.filter { $0.server.settings.serverLabel == whole }
      guard !twins.contains(where: { database(of: $0.server.settings) == database(of: settings) })
      else {
        throw ServerError(
          origin: server.origin,
          reason: "\(whole) is named twice with the same database; remove one of the entries")
      }
      let watched = PostgresServer(
        settings, label: label, refresh: { try? server.postgresSettings() })
      entries.append(PostgresEntry(server: watched, origin: server.origin))
    }
    for index in entries.indices {
      let own = entries[index].server
      entries[index].otherDatabases = entries.map(\.server)
        .filter { $0.settings.serverLabel == own.settings.serverLabel && $0.label != own.label }
        .map { database(of: $0.settings) }
    }
    return entries
  }

  private static func database(of settings: PostgresSettings) -> String {
    settings["dbname"] ?? settings["user"] ?? ""
  }

  /// The selection without the databases of other entries.
  func narrowing(_ selection: PostgresSelection) -> PostgresSelection {
    var selection = selection
    selection.databases.exclude += otherDatabases
    return selection
  }
}
