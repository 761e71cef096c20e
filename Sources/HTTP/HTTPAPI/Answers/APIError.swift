import PromQLEngine
import StorageAPI

/// Why a request of the Prometheus API failed.
struct APIError: Error, Equatable {
  /// The value of `errorType`, which also decides the HTTP status.
  enum Kind: String {
    case badData = "bad_data"
    case notFound = "not_found"
    case execution
    case timeout
    case canceled
    case unavailable
    case internalError = "internal"

    var status: Int {
      switch self {
      case .badData: 400
      case .notFound: 404
      case .execution: 422
      case .canceled: 499
      case .internalError: 500
      case .timeout, .unavailable: 503
      }
    }
  }

  let kind: Kind
  let message: String

  init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  /// A parameter that cannot be used.
  static func invalidParameter(_ name: String, _ reason: String) -> APIError {
    APIError(.badData, "invalid parameter \"\(name)\": \(reason)")
  }

  /// A query that failed while it ran.
  init(_ error: QueryError) {
    let kind: Kind =
      switch error {
      // The engine finds this out when it plans; to the client it is a bad request.
      case .failed(let message, _) where message.hasPrefix("invalid expression type"): .badData
      case .failed, .tooManySamples, .nativeHistogram: .execution
      case .timedOut: .timeout
      case .cancelled: .canceled
      case .storage(.limitReached(_, _)): .execution
      case .storage: .internalError
      }
    self.init(kind, String(describing: error))
  }
}
