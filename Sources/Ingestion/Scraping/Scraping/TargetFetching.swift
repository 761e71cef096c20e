import MetricModel
import WebClient

/// Fetches expositions of targets: over HTTP, or from a test.
package protocol TargetFetching: AnyObject, Sendable {
  /// Fetches the exposition of a target within its timeout and its body size limit.
  func fetch(_ target: ScrapeTarget) async throws(ScrapeFailure) -> ScrapeAnswer

  /// Returns a fetcher for repeated requests to one target, which may reuse prepared state.
  func fetcher(for target: ScrapeTarget) -> any TargetFetching
}

extension TargetFetching {
  package func fetcher(for target: ScrapeTarget) -> any TargetFetching { self }
}

/// A target's answer with status 200.
package struct ScrapeAnswer: Sendable {
  /// The decompressed exposition.
  package var body: [UInt8]
  /// The content type, which determines the format of the body.
  package var contentType: String?

  package init(body: [UInt8], contentType: String? = nil) {
    self.body = body
    self.contentType = contentType
  }
}
