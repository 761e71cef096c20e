import Foundation
package import Logging
import MetricModel
package import StorageAPI

/// The alerts that an earlier process stored in the table `alert_states`.
package struct RestoredStates: Sendable {
  /// Alerts by rule identity.
  private var alerts: [String: [ActiveAlert]] = [:]
  /// When each group was last evaluated.
  private var lastSeen: [String: Timestamp] = [:]
  /// The keys of all rows, so that those that no rule claims can be removed.
  private(set) var keys: Set<String> = []

  /// No stored alerts.
  package static let none = RestoredStates()

  private init() {}

  /// Reads the table. A row that cannot be decoded is left out and logged.
  ///
  /// - Throws: `StorageError` if the table cannot be read.
  package static func read(
    from store: any StateStore, log: Logger
  ) async throws(StorageError) -> RestoredStates {
    var states = RestoredStates()
    let decoder = JSONDecoder()
    for row in try await store.rows(in: .alertStates) {
      states.keys.insert(row.key)
      if let rule = AlertStateKey.rule(ofAlert: row.key) {
        let stored = try? decoder.decode(StoredAlert.self, from: Data(row.value))
        if let alert = stored?.alert {
          states.alerts[rule, default: []].append(alert)
        } else {
          log.warning("ignoring an unreadable alert state", metadata: ["key": "\(row.key)"])
        }
      } else if let text = String(validating: row.value, as: UTF8.self), let time = Int64(text) {
        states.lastSeen[row.key] = Timestamp(rawValue: time)
      }
    }
    return states
  }

  /// The alerts of a rule that continue after the outage.
  func alerts(
    ofRule rule: String, group: String, at now: Timestamp, policy: RestorePolicy
  ) -> [ActiveAlert] {
    let seen = lastSeen[AlertStateKey.group(group)]
    return (alerts[rule] ?? []).compactMap { stored in
      let lastSeen = seen ?? stored.machine.lastSentAt ?? stored.machine.activeAt
      guard let machine = stored.machine.resumed(at: now, lastSeen: lastSeen, policy) else {
        return nil
      }
      var alert = stored
      alert.machine = machine
      return alert
    }
  }
}
