import CollectorCore
import MetricModel
import ProbeCollectors
import WebServer

/// The exporter's HTTP interface.
struct ExporterRoutes: Sendable {
  /// The time limit of a scrape without a timeout header.
  static let defaultBudget: Duration = .seconds(10)
  /// The maximum timeout in seconds that a scraper can request, so that a header cannot start work
  /// for hours.
  static let longestTimeout = 120.0
  /// The part of the scraper's timeout that is reserved for the transfer.
  static let transportShare: Duration = .milliseconds(500)

  let runner: CollectorRunner
  let probes: ProbeTargets
  let postgresProbes: PostgresProbes
  let startedAt: Timestamp
  let now: @Sendable () -> Timestamp
  let backends: @Sendable () async -> [BackendHealth]
  /// Releases memory that only the start needed.
  var startup = StartupMemory()

  var router: Router {
    var router = Router()
    router.get("/") { _ in .html(landingPage) }
    router.get("/metrics") { await metrics($0) }
    router.get("/probe") { await probe($0) }
    router.get("/health") { _ in await health() }
    router.get("/-/healthy") { _ in .text("Tocsin exporter is healthy.\n") }
    router.get("/-/ready") { _ in .text("Tocsin exporter is ready.\n") }
    return router
  }

  private func metrics(_ request: HTTPRequest) async -> HTTPResponse {
    let selection: CollectorRunner.Selection
    switch Self.selection(of: request.query, known: Set(runner.collectorNames)) {
    case .success(let chosen): selection = chosen
    case .failure(let refusal): return .text("\(refusal.reason)\n", status: 400)
    }
    guard let budget = Self.budget(of: request) else { return Self.badTimeout }
    let gathering = await runner.gather(within: budget, selection: selection)
    startup.noteScrape()
    return Self.exposition(gathering.bytes)
  }

  private func probe(_ request: HTTPRequest) async -> HTTPResponse {
    guard let budget = Self.budget(of: request) else { return Self.badTimeout }
    switch await postgresProbes.answer(
      target: request.query["target"], authModule: request.query["auth_module"], within: budget)
    {
    case .metrics(let text): return Self.exposition(text)
    case .refused(let reason): return .text("\(reason)\n", status: 400)
    case .notOurs: break
    }
    do {
      return Self.exposition(
        try await probes.answer(
          target: request.query["target"], module: request.query["module"], within: budget))
    } catch {
      return .text("\(error)\n", status: error.status)
    }
  }

  private static func exposition(_ text: [UInt8]) -> HTTPResponse {
    HTTPResponse(
      headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8"], body: text)
  }

  private static let badTimeout = HTTPResponse.text(
    "X-Prometheus-Scrape-Timeout-Seconds is not a positive number\n", status: 400)

  /// The time limit of the collectors for a request; nil if its timeout header is invalid.
  private static func budget(of request: HTTPRequest) -> Duration? {
    guard let header = request.headers["X-Prometheus-Scrape-Timeout-Seconds"] else {
      return defaultBudget
    }
    return budget(ofHeader: header)
  }

  /// The time limit of the collectors for a timeout header; nil for a text that is not a positive
  /// number.
  static func budget(ofHeader text: String) -> Duration? {
    guard let seconds = Double(text), seconds > 0, seconds.isFinite else { return nil }
    let timeout = Duration.seconds(min(seconds, longestTimeout))
    return timeout > transportShare * 2 ? timeout - transportShare : timeout / 2
  }

  /// A request for collectors that cannot be fulfilled.
  struct Refusal: Error, Equatable {
    let reason: String
  }

  /// Decodes `collect[]` and `exclude[]`, which exclude each other as in node_exporter.
  static func selection(
    of query: QueryParameters, known: Set<String>
  ) -> Result<CollectorRunner.Selection, Refusal> {
    let wanted = Set(query.values("collect[]"))
    let unwanted = Set(query.values("exclude[]"))
    if !wanted.isEmpty, !unwanted.isEmpty {
      return .failure(
        Refusal(reason: "collect[] and exclude[] cannot be combined; use one of them"))
    }
    if let unknown = wanted.subtracting(known).min() {
      return .failure(
        Refusal(
          reason: "collect[]: there is no enabled collector \"\(unknown)\"; enabled are "
            + known.sorted().joined(separator: ", ")))
    }
    if !wanted.isEmpty { return .success(.only(wanted)) }
    return .success(unwanted.isEmpty ? .all : .except(unwanted))
  }

  private func health() async -> HTTPResponse {
    let now = now()
    let report = HealthReport(
      uptime: .milliseconds(now.milliseconds(since: startedAt)), now: now,
      backends: await backends())
    return .json(report.json)
  }

  private var landingPage: String {
    """
    <!doctype html>
    <html lang="en">
    <head><meta charset="utf-8"><title>Tocsin exporter</title></head>
    <body>
    <h1>Tocsin exporter \(TocsinVersion.current)</h1>
    <p>Metrics of this host, its processes and its servers, for Prometheus.</p>
    <ul>
    <li><a href="/metrics">Metrics</a></li>
    <li><a href="/health">Health of the servers behind it</a></li>
    </ul>
    </body>
    </html>

    """
  }
}
