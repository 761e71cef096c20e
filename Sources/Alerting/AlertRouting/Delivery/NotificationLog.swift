import Foundation
package import MetricModel
import StorageAPI

/// The last notification of a pipeline.
package struct NotificationLogEntry: Sendable, Hashable, Codable {
  /// When it was made.
  package var at: Timestamp { Timestamp(rawValue: instant) }
  /// The fingerprints of the alerts that fired.
  package let firing: Set<UInt64>
  /// The fingerprints of the alerts that had ended.
  package let resolved: Set<UInt64>
  /// The id of the message; empty if there was nothing to send.
  package let message: String
  private let instant: Int64
  private let expiry: Int64

  /// The longest time that an entry is stored: 5 days, as in Alertmanager.
  package static let retention: Duration = .seconds(120 * 3600)

  /// The entry for a notification, stored for two repeat intervals, at most ``retention``.
  package init(_ notification: AlertNotification, message: String) {
    firing = Set(notification.firing.map(\.labels.fingerprint))
    resolved = Set(notification.resolved.map(\.labels.fingerprint))
    self.message = message
    instant = notification.now.rawValue
    let lifetime = min(Self.retention, notification.repeatInterval.duration * 2)
    expiry = notification.now.advanced(by: lifetime).rawValue
  }

  /// Whether the entry counts no more at an instant.
  package func isExpired(at now: Timestamp) -> Bool { expiry <= now.rawValue }
}

/// The last notification of every pipeline. A pure value.
package struct NotificationLog: Sendable {
  private var entries: [PipelineKey: NotificationLogEntry] = [:]

  /// An empty log.
  package init() {}

  /// The entry of a pipeline, unless it is expired.
  package func entry(_ pipeline: PipelineKey, at now: Timestamp) -> NotificationLogEntry? {
    entries[pipeline].flatMap { $0.isExpired(at: now) ? nil : $0 }
  }

  /// The entry of a pipeline as it is stored, expired or not.
  func stored(_ pipeline: PipelineKey) -> NotificationLogEntry? { entries[pipeline] }

  /// Sets or removes the entry of a pipeline; returns the change for the store.
  mutating func set(_ pipeline: PipelineKey, _ entry: NotificationLogEntry?) -> StateChange {
    entries[pipeline] = entry
    guard let entry, let row = try? JSONEncoder().encode(entry) else {
      return .delete(.notificationLog, key: pipeline.storedText)
    }
    return .put(.notificationLog, key: pipeline.storedText, value: [UInt8](row))
  }

  /// Removes expired entries; returns the changes for the store.
  ///
  /// - Complexity: O(entries).
  mutating func removeExpired(at now: Timestamp) -> [StateChange] {
    let expired = entries.filter { $0.value.isExpired(at: now) }.map(\.key)
    return expired.map { set($0, nil) }
  }

  /// Takes in a stored row; false if it cannot be read.
  mutating func restore(_ row: StateRow) -> Bool {
    guard let pipeline = PipelineKey(storedText: row.key),
      let entry = try? JSONDecoder().decode(NotificationLogEntry.self, from: Data(row.value))
    else { return false }
    entries[pipeline] = entry
    return true
  }
}
