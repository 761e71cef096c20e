import AlertIntegrations
import AlertRouting
import AlertRules
import MetricModel
import Scraping
import HTTPAPI
import RemoteWrite
import SampleStore
import Synchronization
import WebInterface
import WebSecurity
import WebServer

/// The evaluator's HTTP interface: its own page and metrics, life signs, and the APIs.
struct EvaluatorRoutes: Sendable {
  let rooms: EvaluatorComponents
  let server: HTTPServer
  let webConfig: WebConfig?
  let startedAt: Timestamp

  private let metrics = MetricsPage()

  init(
    rooms: EvaluatorComponents, server: HTTPServer, webConfig: WebConfig?, startedAt: Timestamp
  ) {
    self.rooms = rooms
    self.server = server
    self.webConfig = webConfig
    self.startedAt = startedAt
  }

  var router: Router {
    var router = Router()
    // Links in alerts lead to /graph, as they do with the original.
    for path in ["/", "/graph"] { router.get(path) { _ in Self.page } }
    router.get("/-/healthy") { _ in .text("Tocsin evaluator is healthy.\n") }
    router.get("/-/ready") { _ in .text("Tocsin evaluator is ready.\n") }
    router.post("/-/reload") { _ in await reload() }
    router.put("/-/reload") { _ in await reload() }
    router.get("/metrics") { _ in await selfMetrics() }
    if rooms.options.receivesRemoteWrites { rooms.receiver.register(in: &router) }
    APIRoutes.routes(into: &router, sources: sources)
    return router
  }

  private static let page = HTTPResponse(
    headers: [
      "Content-Type": WebInterface.contentType,
      "Content-Security-Policy": WebInterface.contentSecurityPolicy,
    ], body: WebInterface.index)

  private func reload() async -> HTTPResponse {
    do {
      try await rooms.reload()
      return .text("")
    } catch {
      return .text("failed to reload config: \(error)\n", status: 500)
    }
  }

  private func selfMetrics() async -> HTTPResponse {
    var facts = EvaluatorFacts(server: server.counters)
    facts.ruleGroups = await rooms.rules.snapshot()
    facts.notifications = rooms.router.counters.snapshot
    facts.pending = await rooms.router.pendingDeliveries()
    for sender in rooms.fanout.senders {
      facts.alertmanagers[sender.endpoint.url] = await sender.counts
    }
    facts.alerts = await rooms.router.alertsSnapshot()
    facts.scrapes = rooms.targets.counts
    facts.targets = await rooms.targets.targets().count
    facts.store = rooms.store.stats
    facts.sent = rooms.sender.sent
    facts.queued = rooms.appender.counts
    facts.sendBacklog = rooms.sendBacklog
    facts.received = rooms.receiver.received
    facts.queries = rooms.queryCounters.snapshot
    facts.concurrentQueries = rooms.options.concurrentQueries
    facts.reload = rooms.loaded.status
    facts.journalFailures = rooms.journal.failures
    facts.webConfigIsCurrent = webConfig?.isCurrent
    return HTTPResponse(
      headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8"],
      body: metrics.text(facts))
  }
}

/// Keeps the rendered series between scrapes.
private final class MetricsPage: Sendable {
  private let metrics = Mutex(EvaluatorMetrics())

  func text(_ facts: EvaluatorFacts) -> [UInt8] { metrics.withLock { $0.text(facts) } }
}
