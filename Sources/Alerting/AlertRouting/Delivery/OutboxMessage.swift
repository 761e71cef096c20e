import Foundation
import MetricModel
import StorageAPI

/// A message on its way: one row of the outbox, removed when it has arrived.
package struct OutboxMessage: Sendable, Hashable, Codable {
  /// Its place in the order of all messages; also the key of its row.
  package let sequence: UInt64
  /// Who gets it.
  package let integration: IntegrationKey
  /// The group it is about.
  package let groupKey: String
  /// What is sent.
  package var message: RenderedMessage
  /// Why it is sent.
  package let reason: NotificationReason
  /// What it says.
  package let status: AlertStatus
  /// How many alerts it names that fire.
  package let firing: Int
  /// How many alerts it names that have ended.
  package let resolved: Int
  /// The group's labels, for the record.
  package let groupLabels: [String: String]
  /// When it was made, in milliseconds since the epoch.
  package let createdAt: Int64
  /// What the log said before; it says so again if the message cannot be delivered.
  var previous: NotificationLogEntry?

  init(
    sequence: UInt64, line: NotificationLine, message: RenderedMessage,
    notification: AlertNotification, previous: NotificationLogEntry?
  ) {
    self.sequence = sequence
    integration = line.integration
    groupKey = line.group.description
    self.message = message
    reason = notification.reason ?? .firstNotification
    status = notification.status
    firing = notification.firing.count
    resolved = notification.resolved.count
    groupLabels = notification.groupLabels.dictionary
    createdAt = notification.now.rawValue
    self.previous = previous
  }

  /// The line on which it is delivered.
  package var line: NotificationLine {
    NotificationLine(group: GroupKey(text: groupKey), integration: integration)
  }

  /// The key in the store: rows come back in the order of the messages.
  var key: String {
    let digits = String(sequence)
    return String(repeating: "0", count: 20 - digits.count) + digits
  }

  /// The change that keeps it.
  func put() throws -> StateChange {
    .put(.outbox, key: key, value: [UInt8](try JSONEncoder().encode(self)))
  }

  /// The change that removes it.
  var delete: StateChange { .delete(.outbox, key: key) }

  init(_ row: StateRow) throws {
    self = try JSONDecoder().decode(OutboxMessage.self, from: Data(row.value))
  }
}
