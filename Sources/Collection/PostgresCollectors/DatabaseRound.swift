import ExpositionFormat
import PostgresAccess

/// Runs queries outside of a scrape: all on one session, or in one database after another.
struct DatabaseRound: Sendable {
  /// The outcome of the queries.
  struct Outcome {
    var succeeded = 0
    var failure: PostgresError?
    var collectors: [(name: String, isGood: Bool)] = []
  }

  private let server: PostgresServer
  private let queries: [any PostgresQuery]
  private let backoff: QueryBackoff

  init(_ server: PostgresServer, _ queries: [any PostgresQuery], backoff: QueryBackoff) {
    self.server = server
    self.queries = queries
    self.backoff = backoff
  }

  /// The databases that accept sessions, without the connected one unless requested. Half-dropped
  /// ones (-2) and templates are left out.
  static func names(
    on session: PostgresSession, _ filter: DatabaseFilter,
    withConnected: Bool = false, until deadline: ContinuousClock.Instant
  ) async throws(PostgresError) -> [String] {
    let rows = try await session.query(
      """
      SELECT datname FROM pg_catalog.pg_database
      WHERE datallowconn AND NOT datistemplate AND datconnlimit NOT IN (-2, 0)
        AND ($1::bool OR datname <> pg_catalog.current_database())
        AND pg_catalog.has_database_privilege(oid, 'CONNECT')
      ORDER BY datname LIMIT 10000
      """, [withConnected ? "t" : "f"], deadline: deadline)
    var names: [String] = []
    for row in 0..<rows.rowCount {
      guard let name = rows.string(row, 0), filter.contains(name) else { continue }
      names.append(name)
    }
    return Array(names.prefix(DatabaseFilter.limit))
  }

  /// Runs the queries in each database, each with a session of its own that is closed before the
  /// next; returns which databases were queried.
  func run(
    in databases: [String], until deadline: ContinuousClock.Instant,
    into buffer: inout FamilyBuffer
  ) async -> [(database: String, isGood: Bool)] {
    var outcomes: [(database: String, isGood: Bool)] = []
    for name in databases {
      let session = server.session(to: name)
      do throws(PostgresError) {
        let status = try await PostgresServer.status(
          of: session, deadline: deadline,
          statementTimeout: session.settings.session.statementTimeout)
        let outcome = await run(on: session, status, until: deadline, into: &buffer)
        outcomes.append((name, outcome.failure == nil))
      } catch {
        outcomes.append((name, false))
      }
      await session.close()
    }
    return outcomes
  }

  /// Runs the queries on one session. A statement that the deadline interrupts costs the session,
  /// any other failure only itself.
  func run(
    on session: PostgresSession, _ status: PostgresStatus,
    until deadline: ContinuousClock.Instant, into buffer: inout FamilyBuffer
  ) async -> Outcome {
    var outcome = Outcome()
    for query in queries {
      guard let sql = query.sql(for: status) else { continue }
      let name = "\(status.database)/\(query.name)"
      guard !backoff.isResting(name) else {
        outcome.collectors.append((query.name, false))
        continue
      }
      do throws(PostgresError) {
        let rows = try await session.query(sql, deadline: deadline)
        query.decode(rows, into: &buffer)
        backoff.succeeded(name)
        outcome.succeeded += 1
        outcome.collectors.append((query.name, true))
      } catch {
        if error.reason == .canceled { backoff.overran(name) }
        outcome.failure = error
        outcome.collectors.append((query.name, false))
      }
    }
    return outcome
  }
}
