import Foundation
import MetricModel
import StorageAPI

/// One alert in the table `alert_states`, with the whole state of its machine.
struct StoredAlert: Codable, Equatable {
  var labels: [String: String]
  var annotations: [String: String]
  /// The bit pattern of the value: JSON knows neither NaN nor infinity.
  var value: UInt64
  var state: String
  var activeAt: Int64
  var firedAt: Int64?
  var resolvedAt: Int64?
  var keepFiringSince: Int64?
  var lastSentAt: Int64?

  init(_ alert: ActiveAlert) {
    let machine = alert.machine
    labels = alert.labels.dictionary
    annotations = alert.annotations.dictionary
    value = alert.value.bitPattern
    state = machine.state.rawValue
    activeAt = machine.activeAt.rawValue
    firedAt = machine.firedAt?.rawValue
    resolvedAt = machine.resolvedAt?.rawValue
    keepFiringSince = machine.keepFiringSince?.rawValue
    lastSentAt = machine.lastSentAt?.rawValue
  }

  /// The stored alert; `nil` if the row names an unknown state.
  var alert: ActiveAlert? {
    guard let state = AlertStateMachine.State(rawValue: state) else { return nil }
    let machine = AlertStateMachine(
      state: state, activeAt: Timestamp(rawValue: activeAt),
      firedAt: firedAt.map(Timestamp.init(rawValue:)),
      resolvedAt: resolvedAt.map(Timestamp.init(rawValue:)),
      keepFiringSince: keepFiringSince.map(Timestamp.init(rawValue:)),
      lastSentAt: lastSentAt.map(Timestamp.init(rawValue:)))
    return ActiveAlert(
      labels: Labels(labels), annotations: Labels(annotations),
      value: Double(bitPattern: value), machine: machine)
  }
}

/// The keys of the table `alert_states`: `group <file;name>` for the time of a group's last
/// evaluation, and `alert <rule identity> <fingerprint>` for its alerts.
enum AlertStateKey {
  private static let separator = "\u{1f}"

  static func group(_ group: String) -> String { "group" + separator + group }

  /// The identity of a rule across reloads: group, name, labels, and its number among rules that
  /// are equal in these.
  static func rule(group: String, name: String, labels: [String: String], number: Int) -> String {
    ["alert", group, name, Fingerprint.text(Labels(labels).fingerprint), String(number)]
      .joined(separator: separator)
  }

  static func alert(_ rule: String, _ labels: Labels) -> String {
    rule + separator + Fingerprint.text(labels.fingerprint)
  }

  /// The rule's part of an alert's key; nil for other keys.
  static func rule(ofAlert key: String) -> String? {
    guard key.hasPrefix("alert" + separator) else { return nil }
    return key.lastIndex(of: Character(separator)).map { String(key[..<$0]) }
  }
}
