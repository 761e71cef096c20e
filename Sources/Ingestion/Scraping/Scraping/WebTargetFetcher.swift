import Configuration
import MetricModel
import Synchronization
package import WebClient

/// Fetches expositions over HTTP as Prometheus does.
package final class WebTargetFetcher: TargetFetching {
  /// The Accept header. OpenMetrics comes first, as in Prometheus; exporters that do not support it
  /// answer in the text format.
  static func accept(_ protocols: [ScrapeProtocol]) -> String {
    let types = protocols.enumerated().map { place, entry in
      entry.mediaType + (place == 0 ? "" : ";q=0.\(max(2, 9 - place))")
    }
    return (types + ["*/*;q=0.1"]).joined(separator: ",")
  }

  private static let standardAccept = accept(ScrapeProtocol.standard)

  fileprivate let client: WebClient

  /// Creates a fetcher that sends ``TocsinVersion/userAgent`` as its user agent.
  package init(client: WebClient) {
    self.client = client
  }

  package func fetch(_ target: ScrapeTarget) async throws(ScrapeFailure) -> ScrapeAnswer {
    try await fetcher(for: target).fetch(target)
  }

  package func fetcher(for target: ScrapeTarget) -> any TargetFetching {
    ReadyTargetFetcher(fetcher: self)
  }

  fileprivate func prepare(
    _ request: WebRequest, for target: ScrapeTarget
  ) throws(ScrapeFailure) -> PreparedRequest {
    do { return try PreparedRequest(request) } catch { throw failure(error, target: target) }
  }

  fileprivate func request(
    for target: ScrapeTarget, with secrets: HTTPClientConfiguration.RevealedSecrets
  ) -> WebRequest {
    var request = WebRequest(.get, target.url)
    target.job.client.apply(secrets, to: &request)
    request.acceptCompression = target.job.acceptsCompression
    let protocols = target.job.protocols
    request.headers["Accept"] =
      protocols == ScrapeProtocol.standard ? Self.standardAccept : Self.accept(protocols)
    request.headers["X-Prometheus-Scrape-Timeout-Seconds"] =
      FloatFormat.string(target.timeout.seconds, style: .plain)
    request.userAgent = TocsinVersion.userAgent
    request.timeout = target.timeout
    let limit = target.job.limits.bodySize
    request.maximumBodyBytes = limit > 0 ? limit : ScrapeLimits.defaultBodySize
    return request
  }

  fileprivate func failure(_ error: WebClientError, target: ScrapeTarget) -> ScrapeFailure {
    switch error {
    case .timedOut: .timedOut(seconds: target.timeout.seconds)
    case .bodyTooLarge(_, let limit): .bodyTooLarge(limit: limit)
    case .cancelled: .cancelled
    default: .unreachable(String(describing: error))
    }
  }
}

/// Fetches one target with a prepared request, which is rebuilt only when a secret has changed.
private final class ReadyTargetFetcher: TargetFetching {
  private let fetcher: WebTargetFetcher
  private let ready = Mutex<Ready?>(nil)

  private struct Ready {
    let secrets: HTTPClientConfiguration.RevealedSecrets
    /// Whether the secrets come from files and may differ at the next scrape.
    let readsFiles: Bool
    let request: PreparedRequest
  }

  init(fetcher: WebTargetFetcher) { self.fetcher = fetcher }

  func fetch(_ target: ScrapeTarget) async throws(ScrapeFailure) -> ScrapeAnswer {
    let request = try await request(for: target)
    let response: WebResponse
    do {
      response = try await fetcher.client.send(request)
    } catch {
      throw fetcher.failure(error, target: target)
    }
    guard response.status == 200 else { throw .status(response.status) }
    return ScrapeAnswer(body: response.body, contentType: response.headers["Content-Type"])
  }

  private func request(for target: ScrapeTarget) async throws(ScrapeFailure) -> PreparedRequest {
    let known = ready.withLock { $0 }
    if let known, !known.readsFiles { return known.request }
    let secrets = try await secrets(for: target)
    if let known, known.secrets == secrets { return known.request }
    let request = fetcher.request(for: target, with: secrets)
    let prepared = try fetcher.prepare(request, for: target)
    let readsFiles = target.job.client.readsFiles
    ready.withLock { $0 = Ready(secrets: secrets, readsFiles: readsFiles, request: prepared) }
    return prepared
  }

  private func secrets(
    for target: ScrapeTarget
  ) async throws(ScrapeFailure) -> HTTPClientConfiguration.RevealedSecrets {
    do {
      return try await target.job.client.secrets(within: target.timeout)
    } catch {
      if case .cancelled = error { throw .cancelled }
      throw .unreadableSecret(error.description)
    }
  }
}
