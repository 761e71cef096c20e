import MetricModel
import WebClient

/// Gets a target's answer; the real one speaks HTTP, tests may have others.
package protocol TargetFetching: AnyObject, Sendable {
  /// The answer of a target, within its timeout and its limit of bytes.
  func fetch(_ target: ScrapeTarget) async throws(ScrapeFailure) -> ScrapeAnswer

  /// What fetches one target again and again, and may keep what it has made ready for that.
  func fetcher(for target: ScrapeTarget) -> any TargetFetching
}

extension TargetFetching {
  package func fetcher(for target: ScrapeTarget) -> any TargetFetching { self }
}

/// What a target answered with status 200.
package struct ScrapeAnswer: Sendable {
  /// The exposition, decompressed.
  package var body: [UInt8]
  /// The media type, which decides how the body is read.
  package var contentType: String?

  package init(body: [UInt8], contentType: String? = nil) {
    self.body = body
    self.contentType = contentType
  }
}
