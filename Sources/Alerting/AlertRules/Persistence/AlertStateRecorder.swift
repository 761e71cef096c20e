import Foundation
import MetricModel
import StorageAPI

/// Which states of a rule's alerts are stored, and so which changes must be written after an
/// evaluation.
struct AlertStateRecorder: Sendable {
  /// The rule's part of the keys.
  let rule: String
  private var written: [Labels: AlertStateMachine] = [:]

  /// A recorder of a rule with the rows of an earlier process, which the first evaluation writes
  /// again, since the restart may have changed them.
  init(rule: String, restored: [Labels] = []) {
    self.rule = rule
    for labels in restored { written[labels] = AlertStateMachine(activeAt: .distantPast) }
  }

  /// The keys that are stored.
  var keys: [String] { written.keys.map { AlertStateKey.alert(rule, $0) } }

  /// The changes that bring the stored states up to date.
  func changes(for alerts: [Labels: ActiveAlert]) throws(RuleError) -> [StateChange] {
    var changes: [StateChange] = []
    let encoder = JSONEncoder()
    for (labels, alert) in alerts where written[labels] != alert.machine {
      do {
        let row = try encoder.encode(StoredAlert(alert))
        changes.append(
          .put(.alertStates, key: AlertStateKey.alert(rule, labels), value: [UInt8](row)))
      } catch {
        throw .storage("cannot encode the state of \(labels): \(error)")
      }
    }
    for labels in written.keys where alerts[labels] == nil {
      changes.append(.delete(.alertStates, key: AlertStateKey.alert(rule, labels)))
    }
    return changes
  }

  /// Records that a write failed, or did not end in time: its rows may be stored or not, so they
  /// are written or deleted next time.
  mutating func doubt(_ alerts: [Labels: ActiveAlert]) {
    for (labels, alert) in alerts where written[labels] != alert.machine {
      written[labels] = AlertStateMachine(activeAt: .distantPast)
    }
  }

  /// Records that the changes were stored.
  mutating func commit(_ alerts: [Labels: ActiveAlert]) { written = alerts.mapValues(\.machine) }
}
