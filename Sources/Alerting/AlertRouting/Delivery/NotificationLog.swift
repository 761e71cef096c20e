import Foundation
package import MetricModel
import StorageAPI

/// What was last told to one integration about one group (P2).
package struct NotificationLogEntry: Sendable, Hashable, Codable {
  /// When.
  package var at: Timestamp { Timestamp(rawValue: instant) }
  /// The fingerprints of the alerts that fired.
  package let firing: Set<UInt64>
  /// The fingerprints of the alerts that had ended.
  package let resolved: Set<UInt64>
  /// The message; empty if there was nothing to send.
  package let message: String
  private let instant: Int64
  private let expiry: Int64

  /// How long an entry is kept at most, in milliseconds (P2).
  package static let retention: Int64 = 120 * 3_600_000

  /// The entry for a notification, kept for two repeat intervals, at most ``retention``.
  package init(_ notification: AlertNotification, message: String) {
    firing = Set(notification.firing.map(\.labels.fingerprint))
    resolved = Set(notification.resolved.map(\.labels.fingerprint))
    self.message = message
    instant = notification.now.rawValue
    let twice = notification.repeatInterval.rawValue.multipliedReportingOverflow(by: 2)
    let kept = twice.overflow ? Self.retention : min(Self.retention, twice.partialValue)
    expiry = notification.now.adding(milliseconds: kept).rawValue
  }

  /// Whether the entry is forgotten at an instant.
  package func isExpired(at now: Timestamp) -> Bool { expiry <= now.rawValue }
}

/// What was told to whom, by group and integration.
package struct NotificationLog: Sendable {
  private var entries: [NotificationLine: NotificationLogEntry] = [:]

  package init() {}

  /// The entry of a line, unless it is expired.
  package func entry(_ line: NotificationLine, at now: Timestamp) -> NotificationLogEntry? {
    entries[line].flatMap { $0.isExpired(at: now) ? nil : $0 }
  }

  /// The entry of a line as it is kept.
  func kept(_ line: NotificationLine) -> NotificationLogEntry? { entries[line] }

  /// Sets or removes the entry of a line; returns the change for the store.
  mutating func set(_ line: NotificationLine, _ entry: NotificationLogEntry?) -> StateChange {
    entries[line] = entry
    guard let entry, let row = try? JSONEncoder().encode(entry) else {
      return .delete(.notificationLog, key: line.key)
    }
    return .put(.notificationLog, key: line.key, value: [UInt8](row))
  }

  /// Removes expired entries; returns the changes for the store.
  mutating func removeExpired(at now: Timestamp) -> [StateChange] {
    let expired = entries.filter { $0.value.isExpired(at: now) }.map(\.key)
    return expired.map { set($0, nil) }
  }

  /// Takes in a stored row; false if it is not readable.
  mutating func restore(_ row: StateRow) -> Bool {
    guard let line = NotificationLine(key: row.key),
      let entry = try? JSONDecoder().decode(NotificationLogEntry.self, from: Data(row.value))
    else { return false }
    entries[line] = entry
    return true
  }
}

/// The line between one group and one integration: messages on it arrive in order.
package struct NotificationLine: Sendable, Hashable {
  package let group: GroupKey
  package let integration: IntegrationKey

  package init(group: GroupKey, integration: IntegrationKey) {
    self.group = group
    self.integration = integration
  }

  private static let separator: Character = "\u{1f}"

  /// The key in the store.
  var key: String {
    [integration.receiver, integration.kind, String(integration.index), group.description]
      .joined(separator: String(Self.separator))
  }

  init?(key: String) {
    let parts = key.split(
      separator: Self.separator, maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 4, let index = Int(parts[2]) else { return nil }
    integration = IntegrationKey(
      receiver: String(parts[0]), kind: String(parts[1]), index: index)
    group = GroupKey(text: String(parts[3]))
  }
}
