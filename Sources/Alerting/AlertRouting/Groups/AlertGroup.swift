package import MetricModel
package import StorageAPI

/// A group of alerts and its clock: wait, flush, or drop. A pure value; the router acts on what it decides (D1-D7).
package struct AlertGroup: Sendable {
  /// What to do with the group now.
  package enum Decision: Sendable, Equatable {
    /// Nothing before this instant.
    case wait(until: Timestamp)
    /// Tell the receiver, as far as the stages let it, of these alerts.
    case flush([Alert])
    /// Nothing is left.
    case drop
  }

  /// The identity.
  package let key: GroupKey
  /// The labels by which it was grouped.
  package let labels: Labels
  /// The route whose times hold.
  package let route: Route
  /// Its alerts by their labels.
  package private(set) var alerts: [Labels: Alert] = [:]
  /// When it is flushed next.
  package private(set) var nextFlush: Timestamp
  /// Whether it was flushed before.
  package private(set) var hasFlushed = false
  /// The alerts that were part of a flush.
  package private(set) var processed: Set<Labels> = []
  /// Ended alerts of the last flush, as they were then: they may go as soon as all messages about them have arrived.
  private var settling: [Labels: Alert] = [:]

  /// A group that begins with its first alert (D1).
  package init(key: GroupKey, labels: Labels, route: Route, now: Timestamp) {
    self.key = key
    self.labels = labels
    self.route = route
    nextFlush = now.adding(milliseconds: route.groupWait.rawValue)
  }

  /// Adds an alert, or what is new about it. A group that was flushed waits for its interval (D7); a new one does not
  /// wait for an alert that is old already (D1).
  package mutating func insert(_ alert: Alert, now: Timestamp) {
    alerts[alert.labels] = alert
    settling[alert.labels] = nil
    let due = alert.startsAt.adding(milliseconds: route.groupWait.rawValue)
    if !hasFlushed, due < now { nextFlush = min(nextFlush, now) }
  }

  /// What to do now.
  package func decide(at now: Timestamp) -> Decision {
    if alerts.isEmpty { return .drop }
    guard nextFlush <= now else { return .wait(until: nextFlush) }
    return .flush(alerts.values.sorted(by: Self.isBefore))
  }

  /// Notes a flush of alerts (D2). If it did not succeed, all alerts stay (D5).
  package mutating func flushed(_ told: [Alert], at now: Timestamp, succeeded: Bool) {
    hasFlushed = true
    processed.formUnion(told.map(\.labels))
    nextFlush = now.adding(milliseconds: route.groupInterval.rawValue)
    settling = [:]
    guard succeeded else { return }
    for alert in told where alert.isResolved(at: now) { settling[alert.labels] = alert }
  }

  /// Lets go of the ended alerts of the last flush that did not change since (D5); returns which.
  package mutating func settle() -> [Alert] {
    var gone: [Alert] = []
    for (labels, alert) in settling where alerts[labels] == alert {
      alerts[labels] = nil
      processed.remove(labels)
      gone.append(alert)
    }
    settling = [:]
    return gone
  }

  /// Keeps the ended alerts of the last flush, because a message about them was lost: the next flush tells of them again.
  package mutating func unsettle() { settling = [:] }

  /// The order in messages: by `job`, then `instance`, alerts without them last, then by all labels (D3).
  package static func isBefore(_ left: Alert, _ right: Alert) -> Bool {
    for name in ["job", "instance"] {
      let (leftValue, rightValue) = (left.labels[name], right.labels[name])
      guard leftValue != rightValue else { continue }
      guard let leftValue else { return false }
      guard let rightValue else { return true }
      return leftValue < rightValue
    }
    return left.labels < right.labels
  }
}
