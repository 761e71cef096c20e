package import CollectorCore

/// The registry of this module: every query, in the order in which one scrape runs them.
package enum PostgresCollectors {
  /// New values of all queries; some have state of their server.
  package static var all: [any PostgresQuery] {
    let tracker = TopStatementsTracker()
    return plain + [StatementsQuery(tracker), StatementTextsQuery(tracker: tracker)]
  }

  private static let plain: [any PostgresQuery] = [
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
    TableQuery.statWAL,
    TableQuery.statIO,
    TableQuery.statSLRU,
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
    TableQuery.userIndexesIO,
    TableQuery.bufferCache,
    TableQuery.activityAutovacuum,
    TableQuery.xlogLocation,
    ProcessIdleQuery(),
    TableQuery.connections,
    TableQuery.connectionsBy,
    TableQuery.blocking,
    TableQuery.blockingRoots,
    TableQuery.vacuumHolders,
    TableQuery.idAges,
    TableQuery.pendingRestart,
    TableQuery.invalidDatabases,
    TableQuery.archiveBacklog,
    TableQuery.sequences,
    TableQuery.indexProblems,
    TableQuery.indexProblemCounts,
    TableQuery.scannedTables,
    TableQuery.tableBloat,
    TableQuery.tableBloatUnknown,
    TableQuery.unindexedKeys,
    TableQuery.unindexedKeyCount,
  ]

  /// The names that a configuration may switch on and off.
  package static var names: [String] { all.map(\.name) }
}

/// The enabled queries of a server, and the interval of the slow ones.
package struct PostgresSelection: Sendable, Equatable {
  /// Queries enabled in addition to the defaults.
  package var enabled: Set<String> = []
  /// Queries disabled by the configuration.
  package var disabled: Set<String> = []
  /// How often slow queries run.
  package var slowInterval: Duration = .seconds(300)
  /// How often the tables of databases other than the connected one are read.
  package var databaseInterval: Duration = .seconds(60)
  /// Which other databases of the server are monitored.
  package var databases = DatabaseFilter()
  /// The exposed generations of names.
  package var generations = NameGeneration.shownByDefault

  /// Makes the default selection.
  package init() {}
}

extension PostgresCollectors {
  /// The collectors of one server, with `server` on every series: one for each scrape, one for the
  /// slow queries.
  package static func scheduled(
    for server: PostgresServer, selection: PostgresSelection = PostgresSelection()
  ) -> [ScheduledCollector] {
    let labels = [(name: "server", value: server.label)]
    guard !server.isPooler else {
      var pooler = ScheduledCollector("pgbouncer@\(server.label)", PgBouncerCollector(server))
      pooler.constantLabels = labels
      return [pooler]
    }
    let chosen = selection.queries
    var fast = ScheduledCollector(
      "postgres@\(server.label)",
      PostgresCollector(server, queries: chosen.filter { $0.pace == .everyScrape }))
    fast.constantLabels = labels
    var scheduled = [fast]
    let slowQueries = chosen.filter { $0.pace == .slow }
    if !slowQueries.isEmpty {
      var slow = ScheduledCollector(
        "postgres_slow@\(server.label)",
        PostgresSlowCollector(server, queries: slowQueries, databases: selection.databases))
      slow.schedule = .every(selection.slowInterval)
      slow.constantLabels = labels
      scheduled.append(slow)
    }
    let tableQueries = chosen.filter { $0.scope == .database && $0.pace == .everyScrape }
    if selection.databases.isWanted, !tableQueries.isEmpty {
      var databases = ScheduledCollector(
        "postgres_databases@\(server.label)",
        PostgresDatabasesCollector(server, queries: tableQueries, databases: selection.databases))
      databases.schedule = .every(selection.databaseInterval)
      databases.constantLabels = labels
      scheduled.append(databases)
    }
    return scheduled
  }
}

extension PostgresSelection {
  /// New values of the enabled queries.
  package var queries: [any PostgresQuery] {
    PostgresCollectors.all.filter { query in
      !disabled.contains(query.name) && (query.isEnabledByDefault || enabled.contains(query.name))
    }.map { $0.showing(generations) }
  }
}
