import Codecs

/// Parses the header `Retry-After`: seconds, or an HTTP date (RFC 9110, 10.2.3).
package enum RetryAfter {
  /// How long to wait from `now` on; nil if the text has neither form.
  package static func duration(_ text: String?, now: Timestamp) -> Duration? {
    guard let text else { return nil }
    let trimmed = text.split(separator: " ", omittingEmptySubsequences: true)
    if trimmed.count == 1, let seconds = Int64(trimmed[0]), seconds >= 0 {
      return .seconds(min(seconds, 86_400 * 365))
    }
    guard let seconds = HTTPDate.seconds(text) else { return nil }
    return .milliseconds(
      max(0, Timestamp(rawValue: Int64(seconds) * 1000).milliseconds(since: now)))
  }
}
