import MetricModel
import StorageAPI

extension RouterState {
  /// Takes alerts that fire or have ended.
  ///
  /// - Returns: what to store, and why alerts were refused. The others are taken nevertheless.
  /// - Complexity: O(routes + inhibition rules) for each alert that is not known yet, else O(its
  ///   groups + inhibition rules).
  mutating func receive(
    _ incoming: [Alert], at now: Timestamp
  ) -> (step: RouterStep, faults: [String]) {
    var step = RouterStep()
    var faults: [String] = []
    for alert in incoming {
      if let fault = alert.fault {
        faults.append(fault)
        continue
      }
      let known = alerts[alert.labels]?.alert
      guard known != nil || alerts.count < limits.alerts else {
        faults.append("limit reached: alerts = \(limits.alerts)")
        continue
      }
      // Senders repeat an end for a quarter of an hour: the receivers were notified of it, or the
      // alert never reached them.
      if known == nil, alert.isResolved(at: now) {
        counters.received[.resolved, default: 0] += 1
        continue
      }
      let merged = known?.merged(with: alert, at: now) ?? alert
      counters.received[merged.isResolved(at: now) ? .resolved : .firing, default: 0] += 1
      track(merged, at: now)
      if let put = try? StoredRoutedAlert.put(merged) { step.changes.append(put) }
    }
    counters.invalid += faults.count
    return (step, faults)
  }

  /// Puts an alert, or what is new about it, into the groups of its routes.
  mutating func track(_ alert: Alert, at now: Timestamp) {
    let labels = alert.labels
    let memberships = alerts[labels]?.memberships ?? memberships(of: labels)
    alerts[labels] = RoutedAlertState(alert: alert, memberships: memberships)
    inhibition.update(alert)
    for membership in memberships {
      groups.insert(alert, into: membership.group, of: tree.routes[membership.route], at: now)
    }
  }

  private func memberships(of labels: Labels) -> [RoutedAlertState.Membership] {
    tree.routes(for: labels).map { route in
      RoutedAlertState.Membership(group: route.groupKey(of: labels), route: route.index)
    }
  }

  /// Prolongs the alerts that were firing by the time that the machine slept or the clock jumped:
  /// they could not be sent again meanwhile, so they must not end because of it.
  mutating func bridgeGap(from expected: Timestamp, to now: Timestamp) {
    let gap = expected.duration(to: now)
    for var alert in alerts.values.map(\.alert) where !alert.isResolved(at: expected) {
      alert.endsAt = alert.endsAt.advanced(by: gap)
      track(alert, at: now)
    }
  }
}
