package import ExpositionFormat
package import StorageAPI

/// Why a scrape failed; the text is the `lastError` of /api/v1/targets.
package enum ScrapeFailure: Error, Sendable, Equatable {
  /// The connection failed; the text is the HTTP client's message.
  case unreachable(String)
  /// The answer was not complete within the timeout.
  case timedOut(seconds: Double)
  /// The answer has a status other than 200.
  case status(Int)
  /// The answer is longer than `body_size_limit`.
  case bodyTooLarge(limit: Int)
  /// The answer is not a well-formed exposition.
  case malformed(ExpositionError)
  /// Relabelling left a series without a metric name.
  case noMetricName(series: String)
  /// The scrape exceeds a limit of the job; `series` is empty unless one series is at fault.
  case limitReached(limit: String, value: Int, series: String)
  /// A secret or certificate file cannot be read.
  case unreadableSecret(String)
  /// The job has more targets than `target_limit`.
  case tooManyTargets(limit: Int)
  /// The answer was valid, but could not be stored.
  case notStored(StorageError)
  /// The loop was stopped during the scrape.
  case cancelled
}

extension ScrapeFailure: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unreachable(let reason), .unreadableSecret(let reason): reason
    case .timedOut(let seconds): "no complete answer within \(seconds)s"
    case .status(let status): "server returned HTTP status \(status)"
    case .bodyTooLarge(let limit): "answer is longer than body_size_limit \(limit)"
    case .malformed(let error): "malformed exposition, \(error)"
    case .noMetricName(let series): "series \(series) has no metric name after relabelling"
    case .limitReached(let limit, let value, let series):
      "\(limit) \(value) exceeded" + (series.isEmpty ? "" : " by series \(series)")
    case .tooManyTargets(let limit): "target_limit \(limit) exceeded"
    case .notStored(let error): "samples could not be stored: \(error)"
    case .cancelled: "cancelled"
    }
  }
}
