package import CollectorCore
package import ExpositionFormat
import MetricModel
import PostgresAccess
import Synchronization

/// Collects everything from one server in one scrape: first whether it is up, then each query in
/// turn on the same session.
///
/// A query that fails is marked in `pg_scrape_collector_success` and does not affect the others; a
/// server that is down gives `pg_up 0` with a reason, in time. Nothing is thrown: what was
/// collected is exposed.
package struct PostgresCollector: Collector {
  let server: PostgresServer
  let queries: [any PostgresQuery]
  private let scrapes: ScrapeCount
  private let backoff = QueryBackoff()

  /// Makes a collector of these queries.
  package init(_ server: PostgresServer, queries: [any PostgresQuery]) {
    self.server = server
    self.queries = queries
    scrapes = ScrapeCount()
  }

  package func collect(into buffer: inout FamilyBuffer, context: ScrapeContext) async throws {
    let started = ContinuousClock.now
    // The last tenth is for decoding and rendering.
    let deadline = started + context.remaining * 0.9
    var failed = 0
    do throws(PostgresError) {
      let status = try await server.verify(
        deadline: deadline, statementTimeout: context.remaining * 0.5)
      writeUp(status, into: &buffer)
      failed = await run(on: status, until: deadline, into: &buffer)
    } catch {
      failed = 1
      writeUp(0, reason: error.reason.rawValue, into: &buffer)
    }
    writeSession(into: &buffer)
    buffer.gauge(
      "pg_exporter_last_scrape_error", "Whether the last scrape had an error.", failed > 0 ? 1 : 0)
    buffer.gauge(
      "pg_exporter_last_scrape_duration_seconds", "Seconds that the last scrape took.",
      started.duration(to: .now).seconds)
    buffer.counter("pg_exporter_scrapes_total", "Scrapes of the server.", scrapes.next())
  }

  /// Runs the queries in one batch, and returns how many failed.
  private func run(
    on status: PostgresStatus, until deadline: ContinuousClock.Instant,
    into buffer: inout FamilyBuffer
  ) async -> Int {
    let begun = ContinuousClock.now
    var outcomes: [(name: String, seconds: Double, isGood: Bool)] = []
    var resting: [String] = []
    var asked: [any PostgresQuery] = []
    var statements: [PostgresStatement] = []
    for query in queries {
      guard let sql = query.sql(for: status) else { continue }
      guard !backoff.isResting(query.name, at: begun) else {
        resting.append(query.name)
        continue
      }
      asked.append(query)
      statements.append(PostgresStatement(name: query.name, sql: sql))
    }
    let replies = await server.session.run(statements, deadline: deadline)
    for (query, reply) in zip(asked, replies) {
      let isGood: Bool
      switch reply.answer {
      case .success(let answer):
        query.decode(answer.rows, into: &buffer)
        backoff.succeeded(query.name)
        isGood = true
      case .failure(let error):
        // A query that had no time left is not at fault.
        let isSlow = reply.took * 3 > begun.duration(to: deadline)
        if error.reason == .canceled || error.reason == .timeout && isSlow {
          backoff.overran(query.name)
        }
        isGood = false
      }
      outcomes.append((query.name, reply.took.seconds, isGood))
    }
    // Queries that were not reached, and suspended ones.
    outcomes += asked.dropFirst(replies.count).map { ($0.name, 0, false) }
    outcomes += resting.map { ($0, 0, false) }
    if !resting.isEmpty {
      buffer.family(
        "tocsin_postgres_collector_resting", .gauge,
        "Collectors that overran repeatedly and are left out for a while.", labels: ["collector"])
      for name in resting { buffer.add(1, name) }
    }
    let seconds = buffer.family(
      "pg_scrape_collector_duration_seconds", .gauge, "Duration of a collector scrape in seconds.",
      labels: ["collector"])
    let success = buffer.family(
      "pg_scrape_collector_success", .gauge, "Whether a collector succeeded.",
      labels: ["collector"])
    for outcome in outcomes {
      buffer.add(outcome.seconds, outcome.name, to: seconds)
      buffer.add(outcome.isGood ? 1 : 0, outcome.name, to: success)
    }
    return outcomes.count { !$0.isGood }
  }

  private func writeUp(_ status: PostgresStatus, into buffer: inout FamilyBuffer) {
    writeUp(1, reason: "ok", into: &buffer)
    buffer.family(
      "pg_static", .unknown, "Version of the server.", labels: ["short_version", "version"])
    buffer.add(1, status.shortVersion, status.fullVersion)
    buffer.family(
      "tocsin_postgres_role", .gauge, "The server's role: primary or standby.", labels: ["role"])
    buffer.add(1, status.isStandby ? "standby" : "primary")
  }

  private func writeUp(_ value: Double, reason: String, into buffer: inout FamilyBuffer) {
    buffer.gauge(
      "pg_up", "Whether this scrape logged in to the server and had a statement answered.", value)
    buffer.family(
      "tocsin_postgres_up_reason", .gauge,
      "Why pg_up is what it is: ok, or the kind of failure.", labels: ["reason"])
    buffer.add(1, reason)
  }

  private func writeSession(into buffer: inout FamilyBuffer) {
    let states = [server.session.state, server.slowSession.state]
    buffer.counter(
      "tocsin_postgres_sessions_opened_total", "Sessions opened to the server.",
      Double(states.reduce(0) { $0 + $1.sessionsOpened }))
    buffer.counter(
      "tocsin_postgres_connect_failures_total", "Attempts to open a session that failed.",
      Double(states.reduce(0) { $0 + $1.failedAttempts }))
    buffer.gauge(
      "tocsin_postgres_sessions_open", "Sessions that Tocsin holds on the server now.",
      Double(states.count { $0.isConnected }))
  }
}

/// Counts scrapes.
private final class ScrapeCount: Sendable {
  private let count = Atomic<Int>(0)

  func next() -> Double { Double(count.wrappingAdd(1, ordering: .relaxed).newValue) }
}
