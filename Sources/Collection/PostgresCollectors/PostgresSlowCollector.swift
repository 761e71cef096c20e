package import CollectorCore
import Concurrency
package import ExpositionFormat
import MetricModel
import PostgresAccess

/// The slow queries, on a session of their own that is closed afterwards: for a collector with an
/// interval of its own. Those that concern one database are run in each.
package struct PostgresSlowCollector: Collector {
  let server: PostgresServer
  let queries: [any PostgresQuery]
  let databases: DatabaseFilter
  private let backoff = QueryBackoff()

  /// Makes a collector of these queries.
  package init(
    _ server: PostgresServer, queries: [any PostgresQuery],
    databases: DatabaseFilter = DatabaseFilter()
  ) {
    self.server = server
    self.queries = queries
    self.databases = databases
  }

  package func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    try await server.slowConnection.withLock {
      do throws(PostgresError) {
        try await run(until: .now + context.remaining * 0.9, into: &buffer)
      } catch {
        await server.slowSession.close()
        throw error
      }
    }
  }

  private func run(
    until deadline: ContinuousClock.Instant, into buffer: inout FamilyBuffer
  ) async throws(PostgresError) {
    let others = try await runHere(until: deadline, into: &buffer)
    await server.slowSession.close()
    let perDatabase = queries.filter { $0.scope == .database }
    guard !perDatabase.isEmpty else { return }
    let round = DatabaseRound(server, perDatabase, backoff: backoff)
    _ = await round.run(in: others, until: deadline, into: &buffer)
  }

  /// Runs all queries in the connected database and returns the names of the others. Fails only if
  /// every query failed: a managed server that forbids listing the WAL still has database sizes.
  private func runHere(
    until deadline: ContinuousClock.Instant, into buffer: inout FamilyBuffer
  ) async throws(PostgresError) -> [String] {
    let session = server.slowSession
    let status = try await PostgresServer.status(
      of: session, deadline: deadline, statementTimeout: session.settings.session.statementTimeout)
    let round = DatabaseRound(server, queries, backoff: backoff)
    let outcome = await round.run(on: session, status, until: deadline, into: &buffer)
    if let failure = outcome.failure, outcome.succeeded == 0 { throw failure }
    buffer.family(
      "tocsin_postgres_slow_collector_success", .gauge,
      "Whether a collector of the slow lane succeeded.", labels: ["collector"])
    for (name, isGood) in outcome.collectors { buffer.add(isGood ? 1 : 0, name) }
    guard databases.isWanted else { return [] }
    return try await DatabaseRound.names(on: session, databases, until: deadline)
  }
}

/// The tables of the databases that the persistent session is not connected to, one database after
/// another: a server never has more than one session of this kind.
package struct PostgresDatabasesCollector: Collector {
  let server: PostgresServer
  let databases: DatabaseFilter
  private let round: DatabaseRound

  /// Makes a collector that runs these queries in each database that passes the filter.
  package init(
    _ server: PostgresServer, queries: [any PostgresQuery],
    databases: DatabaseFilter = DatabaseFilter()
  ) {
    self.server = server
    self.databases = databases
    round = DatabaseRound(server, queries, backoff: QueryBackoff())
  }

  package func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let deadline = ContinuousClock.now + context.remaining * 0.9
    let names = try await DatabaseRound.names(on: server.session, databases, until: deadline)
    let outcomes = await round.run(in: names, until: deadline, into: &buffer)
    buffer.family(
      "tocsin_postgres_database_collected", .gauge,
      "Whether the tables of another database than the connected one could be looked at.",
      labels: ["datname"])
    for (name, isGood) in outcomes { buffer.add(isGood ? 1 : 0, name) }
  }
}
