import ExpositionFormat
import HTTPAPI
import MetricModel
import RemoteWrite
import Synchronization
import WebInterface
import WebSecurity
import WebServer

/// The evaluator's HTTP interface: web page, metrics, health checks, and the APIs.
struct EvaluatorRoutes: Sendable {
  let components: EvaluatorComponents
  let server: HTTPServer
  let webConfig: WebConfig?
  let startedAt: Timestamp

  private let metrics = MetricsPage()

  init(
    components: EvaluatorComponents, server: HTTPServer, webConfig: WebConfig?, startedAt: Timestamp
  ) {
    self.components = components
    self.server = server
    self.webConfig = webConfig
    self.startedAt = startedAt
  }

  var router: Router {
    var router = Router()
    // As in Prometheus, links in alerts lead to /graph.
    for path in ["/", "/graph"] { router.get(path) { _ in Self.page } }
    router.get("/-/healthy") { _ in .text("Tocsin evaluator is healthy.\n") }
    router.get("/-/ready") { _ in .text("Tocsin evaluator is ready.\n") }
    router.post("/-/reload") { _ in await reload() }
    router.put("/-/reload") { _ in await reload() }
    router.get("/metrics") { _ in await selfMetrics() }
    if components.options.receivesRemoteWrites { components.receiver.register(in: &router) }
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
      try await components.reload()
      return .text("")
    } catch {
      return .text("failed to reload config: \(error)\n", status: 500)
    }
  }

  private func selfMetrics() async -> HTTPResponse {
    var sources = await components.metrics(server: server.counters)
    if let webConfig { sources.append(webConfig) }
    return HTTPResponse(
      headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8"],
      body: metrics.text(of: sources))
  }
}

/// The text of `/metrics`; its buffer is reused, so that only numbers are rendered anew.
final class MetricsPage: Sendable {
  private let buffer = Mutex(FamilyBuffer())

  func text(of sources: [any MetricSource]) -> [UInt8] {
    buffer.withLock { buffer in
      buffer.beginScrape()
      for source in sources { source.writeMetrics(into: &buffer) }
      return buffer.render().bytes
    }
  }
}
