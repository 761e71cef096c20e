import Concurrency
import PostgresAccess

/// Runs the custom queries of one lane, one after another, on a single session: it stays connected
/// to the last database, so that queries in one database never connect again.
actor CustomQueryRunner {
  private let registry: CustomQueryRegistry
  private let lane: CustomQuery.Lane
  private var session: (database: String?, session: PostgresSession)?
  private var hasComplained = false

  init(_ registry: CustomQueryRegistry, lane: CustomQuery.Lane) {
    self.registry = registry
    self.lane = lane
  }

  /// Runs the due queries until the deadline; failures are recorded, not thrown.
  func run(until deadline: ContinuousClock.Instant, clock: TimeSource) async {
    await discover(until: deadline, clock: clock)
    var chosen: Set<String> = []
    let due = registry.due(lane, now: clock.monotonic)
    let current = session?.database
    let groups = Dictionary(grouping: due, by: \.place.database)
    let order = groups.keys.sorted {
      // The database of the open session comes first.
      ($0 == current ? 0 : 1, $0 ?? "") < ($1 == current ? 0 : 1, $1 ?? "")
    }
    for database in order {
      for turn in groups[database] ?? [] {
        let query = turn.place.query
        // Of several branches with one name the first applicable one runs.
        let name = "\(database ?? "")/\(query.name)"
        guard !chosen.contains(name) else {
          registry.note(.skipped("another branch of this name ran"), turn, at: clock.monotonic)
          continue
        }
        let outcome = await outcome(of: query, in: database, until: deadline)
        if case .skipped = outcome {} else { chosen.insert(name) }
        registry.note(outcome, turn, at: clock.monotonic)
      }
    }
  }

  /// Reads the list of databases if some query has a pattern. If that fails, the previous list is
  /// used.
  private func discover(until deadline: ContinuousClock.Instant, clock: TimeSource) async {
    guard registry.wantsDatabases(at: clock.monotonic) else { return }
    do throws(PostgresError) {
      let names = try await DatabaseRound.names(
        on: session(for: nil), registry.databases, withConnected: true, until: deadline)
      registry.note(databases: names, at: clock.monotonic)
      hasComplained = false
    } catch {
      if !hasComplained { registry.warn("the databases could not be listed: \(error)") }
      hasComplained = true
    }
  }

  /// Closes the session.
  func close() async {
    await session?.session.close()
    session = nil
  }

  private func outcome(
    of query: CustomQuery, in database: String?, until deadline: ContinuousClock.Instant
  ) async -> CustomQueryState.Outcome {
    let started = ContinuousClock.now
    guard started.duration(to: deadline) > Self.leastTime else {
      return .failed(
        reason: "no_time", message: "the queries before it took all the time", took: .zero)
    }
    do throws(PostgresError) {
      let session = await session(for: database)
      let limit = min(deadline, started + query.timeout + Self.grace)
      if let reason = try await prepare(query, session, until: limit) { return .skipped(reason) }
      for predicate in query.predicates {
        let rows = try await session.query(predicate.sql, deadline: limit)
        guard rows.rowCount > 0, rows.columnCount > 0, rows.double(0, 0) == 1 else {
          return .skipped("predicate \(predicate.name) is not true")
        }
      }
      let rows = try await session.query(query.sql, deadline: limit)
      let answer = query.answer(
        rows,
        columns: (0..<rows.columnCount).map {
          CustomColumn(rows.columnName($0), type: rows.columnType($0))
        },
        version: session.state.serverVersion ?? 0, database: database)
      let took = started.duration(to: .now)
      if answer.overflowRows > 0, query.onOverflow == .fail {
        return .failed(
          reason: "overflow",
          message: "\(answer.rows) rows are beyond the limits of \(query.maxRows) rows and"
            + " \(query.maxSeries) series", took: took)
      }
      return .answered(answer, took: took)
    } catch {
      return .failed(
        reason: error.reason.rawValue, message: "\(error)", took: started.duration(to: .now))
    }
  }

  /// The time by which the server's statement timeout precedes the deadline, so that the connection
  /// need not be closed.
  private static let grace: Duration = .milliseconds(500)
  /// With less time left than this no query is started.
  private static let leastTime: Duration = .milliseconds(20)

  private func session(for database: String?) async -> PostgresSession {
    if let session, session.database == database { return session.session }
    await close()
    var settings = registry.server.settings
    if let database { settings = settings.setting("dbname", database) }
    let fresh = PostgresSession(settings, name: "pg-custom \(registry.server.label)")
    session = (database, fresh)
    return fresh
  }

  /// Applies the query's settings to the session; returns why the query does not apply to this
  /// server, or `nil`.
  private func prepare(
    _ query: CustomQuery, _ session: PostgresSession, until limit: ContinuousClock.Instant
  ) async throws(PostgresError) -> String? {
    let left = ContinuousClock.now.duration(to: limit) - Self.grace
    let timeout = max(.milliseconds(50), min(query.timeout, left))
    let path = query.searchPath.map(Self.quoted).joined(separator: ", ")
    let result = try await session.query(
      "SELECT pg_catalog.pg_is_in_recovery()", deadline: limit,
      adjusting: [
        "statement_timeout": Self.milliseconds(timeout),
        "lock_timeout": Self.milliseconds(query.lockTimeout), "search_path": path,
      ])
    let version = session.state.serverVersion ?? 0
    guard query.versions.contains(version) else { return "not for this version" }
    let isStandby = result.double(0, 0) == 1
    switch query.role {
    case .any: return nil
    case .primary: return isStandby ? "the server is a standby" : nil
    case .standby: return isStandby ? nil : "the server is a primary"
    }
  }

  private static func milliseconds(_ duration: Duration) -> String {
    "\(max(1, Int64((duration / .milliseconds(1)).rounded(.up))))"
  }

  private static func quoted(_ name: String) -> String {
    "\"\(name.replacing("\"", with: "\"\""))\""
  }
}
