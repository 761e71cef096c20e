package import MetricModel

/// A silence: alerts that match it are not told while it lasts (S1).
package struct Silence: Sendable, Hashable {
  /// Where it stands in time.
  package enum State: String, Sendable {
    case pending, active, expired
  }

  /// A UUID.
  package var id: String
  /// All must hold.
  package var matchers: [LabelMatcher]
  /// When it begins.
  package var startsAt: Timestamp
  /// When it ends; the end does not belong to it.
  package var endsAt: Timestamp
  /// When it was last changed.
  package var updatedAt: Timestamp
  /// Who made it.
  package var createdBy: String
  /// Why.
  package var comment: String
  /// Anything else.
  package var annotations: [String: String]

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

  /// Where it stands at an instant.
  package func state(at now: Timestamp) -> State {
    if now < startsAt { return .pending }
    return now < endsAt ? .active : .expired
  }

  /// Whether all matchers hold.
  package func matches(_ labels: Labels) -> Bool { matchers.allSatisfy { $0.matches(labels) } }
}

/// Why a silence was not taken.
package enum SilenceError: Error, Sendable, Equatable, CustomStringConvertible {
  /// It cannot be a silence; answer 400.
  case invalid(String)
  /// There is none of this id; answer 404.
  case unknown(id: String)
  /// There are as many as there may be.
  case limitReached(Int)
  /// It could not be kept.
  case storage(String)

  package var description: String {
    switch self {
    case .invalid(let reason): "invalid silence: \(reason)"
    case .unknown(let id): "silence \(id) not found"
    case .limitReached(let limit): "limit reached: silences = \(limit); expire some first"
    case .storage(let reason): "cannot keep the silence: \(reason)"
    }
  }
}
