package import MetricModel
package import StorageAPI

/// A group of alerts and when it is flushed. A pure value; the router acts on what it decides.
///
/// A new group waits for `group_wait`, so that alerts of one cause come in one message; later
/// flushes are `group_interval` apart.
package struct AlertGroup: Sendable {
  /// What to do with the group now.
  package enum Decision: Sendable, Equatable {
    /// Nothing before this instant.
    case wait(until: Timestamp)
    /// Notify the receiver of these alerts, as far as inhibition, silences and the other gates let
    /// them pass.
    case flush([Alert])
    /// Nothing is left.
    case drop
  }

  /// The identity.
  package let key: GroupKey
  /// The labels by which it was grouped.
  package let labels: Labels
  /// The route that it belongs to.
  package let route: Route
  /// Its alerts by their labels.
  package private(set) var alerts: [Labels: Alert] = [:]
  /// When it is flushed next.
  package private(set) var nextFlush: Timestamp
  /// Whether it was flushed before.
  package private(set) var hasFlushed = false
  /// The alerts that were part of a flush.
  package private(set) var processed: Set<Labels> = []
  /// Ended alerts of the last flush, as they were then: they are removed once all messages about
  /// them are delivered.
  private var ended: [Labels: Alert] = [:]

  /// A group that is made for its first alert.
  package init(key: GroupKey, labels: Labels, route: Route, now: Timestamp) {
    self.key = key
    self.labels = labels
    self.route = route
    nextFlush = now.advanced(by: route.groupWait.duration)
  }

  /// Adds an alert, or what is new about it. A group that was flushed waits for its interval; a new
  /// one is flushed at once for an alert that has fired for longer than `group_wait`, as after a
  /// restart.
  package mutating func insert(_ alert: Alert, now: Timestamp) {
    alerts[alert.labels] = alert
    ended[alert.labels] = nil
    let due = alert.startsAt.advanced(by: route.groupWait.duration)
    if !hasFlushed, due < now { nextFlush = min(nextFlush, now) }
  }

  /// What to do now.
  package func decide(at now: Timestamp) -> Decision {
    if alerts.isEmpty { return .drop }
    guard nextFlush <= now else { return .wait(until: nextFlush) }
    return .flush(alerts.values.sorted(by: Self.isBefore))
  }

  /// Notes a flush of alerts. If it did not succeed, all alerts stay for the next one.
  package mutating func flushed(_ flushed: [Alert], at now: Timestamp, succeeded: Bool) {
    hasFlushed = true
    processed.formUnion(flushed.map(\.labels))
    nextFlush = now.advanced(by: route.groupInterval.duration)
    ended = [:]
    guard succeeded else { return }
    for alert in flushed where alert.isResolved(at: now) { ended[alert.labels] = alert }
  }

  /// Removes the ended alerts of the last flush that did not change since; returns which.
  package mutating func acknowledge() -> [Alert] {
    var removed: [Alert] = []
    for (labels, alert) in ended where alerts[labels] == alert {
      alerts[labels] = nil
      processed.remove(labels)
      removed.append(alert)
    }
    ended = [:]
    return removed
  }

  /// Leaves the ended alerts of the last flush in the group, because a message about them was given
  /// up: the next flush notifies of them again.
  package mutating func reopen() { ended = [:] }

  /// The order in messages, as in Alertmanager: by `job`, then `instance`, alerts without them
  /// last, then by all labels.
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
