package import CollectorCore
import PostgresAccess

/// The queries that take long, on a session of their own that is closed again: for a collector with
/// an interval of its own.
package struct PostgresSlowCollector: Collector {
  let server: PostgresServer
  let queries: [any PostgresQuery]

  /// Makes a collector of these queries.
  package init(_ server: PostgresServer, queries: [any PostgresQuery]) {
    self.server = server
    self.queries = queries
  }

  package func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    await server.slowTurn.take()
    let deadline = ContinuousClock.now + context.remaining * 0.9
    do throws(PostgresError) {
      try await run(until: deadline, into: &buffer)
    } catch {
      await server.slowSession.close()
      await server.slowTurn.give()
      throw error
    }
    await server.slowSession.close()
    await server.slowTurn.give()
  }

  /// Fails only if every query failed: a managed server that forbids to list the WAL still has
  /// database sizes.
  private func run(
    until deadline: ContinuousClock.Instant, into buffer: inout FamilyBuffer
  ) async throws(PostgresError) {
    _ = try await server.slowSession.query("SELECT 1", deadline: deadline)
    let version = server.slowSession.state.serverVersion ?? 0
    var failure: PostgresError?
    var succeeded = 0
    for query in queries {
      guard let sql = query.sql(version: version) else { continue }
      do throws(PostgresError) {
        let rows = try await server.slowSession.query(sql, deadline: deadline)
        query.decode(rows, into: &buffer)
        succeeded += 1
      } catch {
        failure = error
      }
    }
    if let failure, succeeded == 0 { throw failure }
  }
}
