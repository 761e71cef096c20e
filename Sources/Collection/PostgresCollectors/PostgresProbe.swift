import CollectorCore
import Concurrency
import ExpositionFormat
import PostgresAccess

/// Answers `/probe` for one server: the same families as a scrape, without the label `server`.
///
/// The results of slow queries are cached for their interval, as in a scrape.
package actor PostgresProbe {
  private let server: PostgresServer
  private let fast: any Collector
  private let slow: PostgresSlowCollector?
  private let slowInterval: Duration
  private var slowText: (at: ContinuousClock.Instant, bytes: [UInt8])?
  private let closesSession: Bool

  /// Makes a probe. `closesSession` is for credentials that only probes use: no session stays open.
  package init(_ server: PostgresServer, selection: PostgresSelection, closesSession: Bool) {
    self.server = server
    self.closesSession = closesSession
    slowInterval = selection.slowInterval
    guard !server.isPooler else {
      fast = PgBouncerCollector(server)
      slow = nil
      return
    }
    let queries = selection.queries
    fast = PostgresCollector(server, queries: queries.filter { $0.pace == .everyScrape })
    let slowQueries = queries.filter { $0.pace == .slow && $0.scope == .server }
    slow =
      slowQueries.isEmpty
      ? nil
      : PostgresSlowCollector(
        server, queries: slowQueries, databases: DatabaseFilter(exclude: ["*"]))
  }

  /// Collects once, within the budget, and returns the text of the metrics.
  package func answer(within budget: Duration) async -> [UInt8] {
    let context = ScrapeContext(clock: .system, budget: budget)
    var buffer = FamilyBuffer()
    buffer.beginScrape()
    // Does not throw: a server that is down is a valid result.
    try? await fast.collect(into: &buffer, context: context)
    let bytes = buffer.render().bytes
    await refreshSlow(context)
    if closesSession { await server.session.close() }
    return bytes + (slowText?.bytes ?? [])
  }

  private func refreshSlow(_ context: ScrapeContext) async {
    guard let slow, server.session.state.isConnected else {
      slowText = nil
      return
    }
    if let slowText, slowText.at.duration(to: .now) < slowInterval { return }
    var buffer = FamilyBuffer()
    buffer.beginScrape()
    guard (try? await slow.collect(into: &buffer, context: context)) != nil else { return }
    slowText = (.now, buffer.render().bytes)
  }
}
