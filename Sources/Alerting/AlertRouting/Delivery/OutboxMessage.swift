import Foundation
import MetricModel
import StorageAPI

/// A message that is to be delivered: one row of the outbox, removed when it is delivered or given
/// up.
package struct OutboxMessage: Sendable, Hashable, Codable {
  /// Its place in the order of all messages; also the key of its row.
  package let sequence: UInt64
  /// The integration that is to deliver it.
  package let integration: IntegrationKey
  /// The text of the key of the group that it is about.
  package let groupKey: String
  /// ``GroupKey/occurrence`` of the group; nil, as in rows of older versions, is 0.
  private let routeOccurrence: Int?
  /// What is sent.
  package var message: RenderedMessage
  /// Why it is sent.
  package let reason: NotificationReason
  /// Whether any of its alerts fires.
  package let status: AlertStatus
  /// How many alerts it names that fire.
  package let firing: Int
  /// How many alerts it names that have ended.
  package let resolved: Int
  /// The group's labels, for the event log.
  package let groupLabels: [String: String]
  /// When it was made, in milliseconds since the epoch.
  package let createdAt: Int64
  /// The log entry from before it, which is set again if the message is given up.
  var previous: NotificationLogEntry?

  init(
    sequence: UInt64, pipeline: PipelineKey, message: RenderedMessage,
    notification: AlertNotification, previous: NotificationLogEntry?
  ) {
    self.sequence = sequence
    integration = pipeline.integration
    groupKey = pipeline.group.description
    routeOccurrence = pipeline.group.occurrence == 0 ? nil : pipeline.group.occurrence
    self.message = message
    reason = notification.reason ?? .firstNotification
    status = notification.status
    firing = notification.firing.count
    resolved = notification.resolved.count
    groupLabels = notification.groupLabels.dictionary
    createdAt = notification.now.rawValue
    self.previous = previous
  }

  /// The pipeline in which it is delivered.
  package var pipeline: PipelineKey {
    PipelineKey(
      group: GroupKey(text: groupKey, occurrence: routeOccurrence ?? 0), integration: integration)
  }

  /// The key of the row, with leading zeros: rows are read in the order of the messages.
  var key: String {
    let digits = String(sequence)
    return String(repeating: "0", count: 20 - digits.count) + digits
  }

  /// The change that stores it.
  func put() throws -> StateChange {
    .put(.outbox, key: key, value: [UInt8](try JSONEncoder().encode(self)))
  }

  /// The change that removes it.
  var delete: StateChange { .delete(.outbox, key: key) }

  /// Reads a row.
  init(_ row: StateRow) throws {
    self = try JSONDecoder().decode(OutboxMessage.self, from: Data(row.value))
  }
}
