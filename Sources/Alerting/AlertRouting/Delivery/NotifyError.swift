/// Why a notification could not be rendered or delivered; whether it is attempted again is the
/// case. The texts never hold a secret.
package enum NotifyError: Error, Sendable, Equatable {
  /// It may work later: attempt it again, not before `after` if the receiver named a time.
  case retryable(String, FailureReason = .other, after: Duration? = nil)
  /// It will not work as it is.
  case permanent(String, FailureReason = .other)
  /// The process is ending; nothing is wrong with the message.
  case cancelled

  /// The class of the failure, for metrics.
  package var reason: FailureReason {
    switch self {
    case .retryable(_, let reason, _), .permanent(_, let reason): reason
    case .cancelled: .contextCanceled
    }
  }
}

extension NotifyError: CustomStringConvertible {
  /// What went wrong, without the class.
  package var description: String {
    switch self {
    case .retryable(let text, _, _), .permanent(let text, _): text
    case .cancelled: "cancelled"
    }
  }
}

/// Classes of failures: the values of the label `reason` of
/// `alertmanager_notifications_failed_total`, as in Alertmanager 0.34.
package enum FailureReason: String, Sendable, CaseIterable, Codable {
  /// None of the others.
  case other
  /// The receiver refused the request (4xx).
  case clientError
  /// The receiver has a fault (5xx).
  case serverError
  /// The process is ending.
  case contextCanceled
  /// The receiver did not answer in time.
  case contextDeadlineExceeded
  /// The receiver did not accept the credentials (401, 403).
  case authError
  /// The receiver wants fewer requests (429).
  case rateLimited
}
