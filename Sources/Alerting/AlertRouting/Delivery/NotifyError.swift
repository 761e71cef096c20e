/// Why a notification could not be made or delivered; whether to try again is the case. The texts never hold a secret.
package enum NotifyError: Error, Sendable, Equatable {
  /// It may work later: try again, not before `after` if the receiver named a time.
  case retryable(String, FailureReason = .other, after: Duration? = nil)
  /// It will not work as it is.
  case permanent(String, FailureReason = .other)
  /// The process is ending; nothing is wrong with the message.
  case cancelled

  /// The class for metrics (RT4).
  package var reason: FailureReason {
    switch self {
    case .retryable(_, let reason, _), .permanent(_, let reason): reason
    case .cancelled: .contextCanceled
    }
  }
}

extension NotifyError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .retryable(let text, _, _), .permanent(let text, _): text
    case .cancelled: "cancelled"
    }
  }
}

/// Classes of failures, as Alertmanager's metrics name them (RT4).
package enum FailureReason: String, Sendable, CaseIterable, Codable {
  case other
  case clientError
  case serverError
  case contextCanceled
  case contextDeadlineExceeded
  case authError
  case rateLimited
}
