import Logging
package import MetricModel
package import StorageAPI

extension AlertRouter {
  /// Takes alerts; faulty ones are logged. Returns when the others are on disk.
  package func receive(_ alerts: [Alert]) async {
    for fault in await accept(alerts) {
      services.log.warning("refused an alert", metadata: ["reason": "\(fault)"])
    }
  }

  /// Takes the alerts that are valid, and says what is wrong with the others (I2).
  package func accept(_ incoming: [Alert]) async -> [String] {
    await turnstile.enter()
    defer {
      turnstile.leave()
      bell.ring()
    }
    let now = services.clock.now()
    var faults: [String] = []
    var changed: [Alert] = []
    var repeated = 0
    for alert in incoming {
      if let fault = alert.fault {
        faults.append(fault)
        continue
      }
      guard alerts[alert.labels] != nil || alerts.count < services.limits.alerts else {
        faults.append("limit reached: alerts = \(services.limits.alerts)")
        continue
      }
      // Nobody was told of it, or everybody knows of its end: senders repeat ends for a quarter of an hour.
      if alerts[alert.labels] == nil, alert.isResolved(at: now) {
        repeated += 1
        continue
      }
      let merged = alerts[alert.labels]?.merged(with: alert, at: now) ?? alert
      alerts[alert.labels] = merged
      changed.append(merged)
    }
    count(changed, repeatedEnds: repeated, invalid: faults.count, at: now)
    await keep(changed.compactMap { try? StoredRoutedAlert.put($0) })
    for alert in changed { group(alert, at: now) }
    return faults
  }

  /// The time after which alerts without an end count as ended (I1).
  package var resolveTimeout: PrometheusDuration { configuration.global.resolveTimeout }

  private func count(
    _ changed: [Alert], repeatedEnds: Int, invalid: Int, at now: Timestamp
  ) {
    let resolved = changed.count { $0.isResolved(at: now) }
    counters.change { numbers in
      numbers.received[.firing, default: 0] += changed.count - resolved
      numbers.received[.resolved, default: 0] += resolved + repeatedEnds
      numbers.invalid += invalid
    }
  }

  /// Puts an alert into the groups of its routes.
  private func group(_ alert: Alert, at now: Timestamp) {
    for route in tree.routes(for: alert.labels) {
      let key = route.groupKey(of: alert.labels)
      var group =
        groups[key]
        ?? AlertGroup(
          key: key, labels: route.groupBy.groupLabels(of: alert.labels), route: route, now: now)
      group.insert(alert, now: now)
      groups[key] = group
    }
  }

  /// Puts all known alerts into groups.
  func regroup(at now: Timestamp) {
    for alert in alerts.values { group(alert, at: now) }
  }
}
