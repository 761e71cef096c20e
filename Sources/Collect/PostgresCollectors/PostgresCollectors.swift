package import CollectorCore

/// The registry of this room: every query, in the order in which one scrape runs them.
package enum PostgresCollectors {
  /// All queries.
  package static let all: [any PostgresQuery] = [
    TableQuery.postmaster,
    TableQuery.statDatabase,
    TableQuery.databaseConflicts,
    TableQuery.databaseLimits,
    TableQuery.activity,
    TableQuery.longTransactions,
    TableQuery.locks,
    TableQuery.replication,
    TableQuery.replicationParts,
    TableQuery.statReplication,
    TableQuery.slots,
    TableQuery.slotPositions,
    TableQuery.slotStatus,
    TableQuery.walReceiver,
    TableQuery.bgwriter,
    TableQuery.statCheckpointer,
    TableQuery.archiver,
    TableQuery.wraparound,
    TableQuery.roles,
    TableQuery.vacuumProgress,
    TableQuery.vacuumPhase,
    SettingsQuery(),
    TableQuery.tableCount,
    TableQuery.userTables,
    TableQuery.userTablesIO,
    TableQuery.databaseSizes,
    TableQuery.wal,
  ]

  /// The names that a configuration may switch on and off.
  package static var names: [String] { all.map(\.name) }
}

/// Which queries of a server run, and how often the slow ones.
package struct PostgresSelection: Sendable, Equatable {
  /// Queries that run although they would not by default.
  package var enabled: Set<String> = []
  /// Queries that do not run.
  package var disabled: Set<String> = []
  /// How often slow queries run.
  package var slowInterval: Duration = .seconds(300)

  /// Makes the default selection.
  package init() {}
}

extension PostgresCollectors {
  /// The collectors of one server, with `server` on every series: one for each scrape, one for the
  /// slow queries.
  package static func scheduled(
    for server: PostgresServer, selection: PostgresSelection = PostgresSelection()
  ) -> [ScheduledCollector] {
    let chosen = all.filter { query in
      !selection.disabled.contains(query.name)
        && (query.isEnabledByDefault || selection.enabled.contains(query.name))
    }
    var fast = ScheduledCollector(
      "postgres@\(server.label)",
      PostgresCollector(server, queries: chosen.filter { $0.pace == .everyScrape }))
    fast.constantLabels = [(name: "server", value: server.label)]
    let slowQueries = chosen.filter { $0.pace == .slow }
    guard !slowQueries.isEmpty else { return [fast] }
    var slow = ScheduledCollector(
      "postgres_slow@\(server.label)", PostgresSlowCollector(server, queries: slowQueries))
    slow.lane = .every(selection.slowInterval)
    slow.constantLabels = fast.constantLabels
    return [fast, slow]
  }
}
