package import ExpositionFormat
package import StorageAPI

/// Why a scrape failed; the text stands as `lastError` in /api/v1/targets.
package enum ScrapeFailure: Error, Sendable, Equatable {
  /// No connection, no name, no trust: the client's own words.
  case unreachable(String)
  /// No complete answer in time.
  case timedOut(seconds: Double)
  /// An answer with another status than 200.
  case status(Int)
  /// The answer is longer than `body_size_limit`.
  case bodyTooLarge(limit: Int)
  /// The answer is not a well-formed exposition.
  case malformed(ExpositionError)
  /// A series is left without a metric name by relabelling.
  case noMetricName(series: String)
  /// A limit of the job was reached; the text names the series where there is one.
  case limitReached(limit: String, value: Int, series: String)
  /// A secret or certificate file cannot be read.
  case unreadableSecret(String)
  /// The job has more targets than `target_limit`.
  case tooManyTargets(limit: Int)
  /// The answer was good, but could not be kept.
  case notKept(StorageError)
  /// The loop was stopped meanwhile.
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
    case .notKept(let error): "samples could not be kept: \(error)"
    case .cancelled: "cancelled"
    }
  }
}
