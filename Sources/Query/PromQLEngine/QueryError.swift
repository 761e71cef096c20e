package import MetricModel
package import PromQLSyntax
package import StorageAPI

/// Why an expression has no value.
package enum QueryError: Error, Sendable, Equatable {
  /// The data do not fit the expression: duplicate series, a bad parameter. The range is the part
  /// concerned.
  case failed(String, at: SourceRange)
  /// The query would hold more samples than `QueryOptions.maxSamples`.
  case tooManySamples(limit: Int)
  /// The query ran longer than `QueryOptions.timeout`.
  case timedOut(after: Duration)
  /// The caller was cancelled or disconnected.
  case cancelled
  /// The samples could not be read.
  case storage(StorageError)
  /// A series that the query needs has a native histogram, which the engine does not support yet.
  case nativeHistogram(Labels)
}

extension QueryError {
  /// The error of a query whose source of samples failed.
  init(_ error: StorageError) { self = error == .cancelled ? .cancelled : .storage(error) }
}

extension QueryError: CustomStringConvertible {
  /// The message as Prometheus words it, without position.
  package var description: String {
    switch self {
    case .failed(let message, _): message
    case .tooManySamples(let limit):
      "query processing would load too many samples into memory in query execution "
        + "(query.max-samples = \(limit))"
    case .timedOut(let limit):
      "query timed out in query execution "
        + "(query.timeout = \(PrometheusDuration(limit)))"
    case .cancelled: "query was canceled in query execution"
    case .storage(let error): "\(error)"
    case .nativeHistogram(let labels):
      "native histograms are not supported yet, and the query meets one in series \(labels)"
    }
  }
}
