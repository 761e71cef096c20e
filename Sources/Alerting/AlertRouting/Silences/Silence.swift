package import MetricModel

/// A silence: receivers are not notified of the alerts that match it while it lasts.
package struct Silence: Sendable, Hashable {
  /// Whether an instant is before, within or after the silence.
  package enum State: String, Sendable {
    /// Before its start.
    case pending
    /// While it lasts.
    case active
    /// At or after its end.
    case expired
  }

  /// A UUID.
  package var id: String
  /// All of them must match.
  package var matchers: [LabelMatcher]
  /// When it begins.
  package var startsAt: Timestamp
  /// When it ends; the end does not belong to it.
  package var endsAt: Timestamp
  /// When it was last changed.
  package var updatedAt: Timestamp
  /// The author, as the author says.
  package var createdBy: String
  /// The reason for it.
  package var comment: String
  /// Further texts of the author.
  package var annotations: [String: String]

  /// A silence; one without an id is a new one.
  package init(
    id: String = "", matchers: [LabelMatcher], startsAt: Timestamp, endsAt: Timestamp,
    updatedAt: Timestamp = Timestamp(rawValue: 0), createdBy: String = "", comment: String = "",
    annotations: [String: String] = [:]
  ) {
    self.id = id
    self.matchers = matchers
    self.startsAt = startsAt
    self.endsAt = endsAt
    self.updatedAt = updatedAt
    self.createdBy = createdBy
    self.comment = comment
    self.annotations = annotations
  }

  /// Whether it is pending, active or expired at an instant.
  package func state(at now: Timestamp) -> State {
    if now < startsAt { return .pending }
    return now < endsAt ? .active : .expired
  }

  /// Whether all matchers match.
  package func matches(_ labels: Labels) -> Bool { matchers.allSatisfy { $0.matches(labels) } }
}

/// Why a silence was not taken.
package enum SilenceError: Error, Sendable, Equatable, CustomStringConvertible {
  /// It cannot be a silence; answer 400.
  case invalid(String)
  /// There is none of this id; answer 404.
  case unknown(id: String)
  /// There are as many silences as there may be.
  case limitReached(Int)
  /// It could not be stored; answer 500.
  case storage(String)
  /// It cannot be stored now; answer 503.
  case unavailable(String)

  /// The error and its fix.
  package var description: String {
    switch self {
    case .invalid(let reason): "invalid silence: \(reason)"
    case .unknown(let id): "silence \(id) not found"
    case .limitReached(let limit): "limit reached: silences = \(limit); expire some first"
    case .storage(let reason): "cannot store the silence: \(reason)"
    case .unavailable(let reason): "cannot store the silence now: \(reason)"
    }
  }
}
