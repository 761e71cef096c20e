import Foundation
import MetricModel
import Synchronization
package import WebClient

/// Scrapes over HTTP as Prometheus does.
package final class WebTargetFetcher: TargetFetching {
  /// OpenMetrics is asked for first, as Prometheus does; exporters that do not speak it answer in text format.
  static func accept(_ protocols: [ScrapeProtocol]) -> String {
    let types = protocols.enumerated().map { place, entry in
      entry.mediaType + (place == 0 ? "" : ";q=0.\(max(2, 9 - place))")
    }
    return (types + ["*/*;q=0.1"]).joined(separator: ",")
  }

  private static let standardAccept = accept(ScrapeProtocol.standard)

  fileprivate let client: WebClient
  private let userAgent: String

  /// Makes a fetcher; `version` is told to targets as `Tocsin/version`.
  package init(client: WebClient, version: String) {
    self.client = client
    userAgent = "Tocsin/" + version
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

  fileprivate func request(for target: ScrapeTarget) throws(ScrapeFailure) -> WebRequest {
    var request = WebRequest(.get, target.url)
    try target.job.client.apply(to: &request)
    let protocols = target.job.protocols
    request.headers["Accept"] =
      protocols == ScrapeProtocol.standard ? Self.standardAccept : Self.accept(protocols)
    request.headers["X-Prometheus-Scrape-Timeout-Seconds"] =
      FloatFormat.string(target.timeout.seconds, style: .plain)
    request.userAgent = userAgent
    request.timeout = target.timeout.duration
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

/// Fetches one target and keeps its request ready; only a secret that has changed makes a new one.
private final class ReadyTargetFetcher: TargetFetching {
  private let fetcher: WebTargetFetcher
  private let ready = Mutex<(credentials: WebCredentials?, request: PreparedRequest)?>(nil)

  init(fetcher: WebTargetFetcher) { self.fetcher = fetcher }

  func fetch(_ target: ScrapeTarget) async throws(ScrapeFailure) -> ScrapeAnswer {
    let request = try request(for: target)
    let response: WebResponse
    do {
      response = try await fetcher.client.send(request)
    } catch {
      throw fetcher.failure(error, target: target)
    }
    guard response.status == 200 else { throw .status(response.status) }
    return ScrapeAnswer(body: response.body, contentType: response.headers["Content-Type"])
  }

  private func request(for target: ScrapeTarget) throws(ScrapeFailure) -> PreparedRequest {
    let credentials = try target.job.client.authorization.credentials()
    let known = ready.withLock { ready in
      ready.flatMap { $0.credentials == credentials ? $0.request : nil }
    }
    if let known { return known }
    let request = try fetcher.request(for: target)
    let prepared = try fetcher.prepare(request, for: target)
    ready.withLock { $0 = (request.credentials, prepared) }
    return prepared
  }
}

extension ScrapeClientSettings.Authorization {
  /// What to send; secrets in files are read now.
  func credentials() throws(ScrapeFailure) -> WebCredentials? {
    switch self {
    case .none: nil
    case .basic(let username, let password):
      .basic(username: username, password: try password.text())
    case .credentials(let type, let secret): .custom(scheme: type, value: try secret.text())
    }
  }
}

extension ScrapeSecret {
  /// The secret; that of a file without the line end.
  func text() throws(ScrapeFailure) -> String {
    switch self {
    case .inline(let text): return text
    case .file(let path):
      do {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return text.trimmingCharacters(in: .newlines)
      } catch {
        throw .unreadableSecret("cannot read \(path): \(error.localizedDescription)")
      }
    }
  }
}
