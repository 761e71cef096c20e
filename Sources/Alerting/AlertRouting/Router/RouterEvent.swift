package import MetricModel

/// Something that happened to a notification or a silence, for the event log.
package enum RouterEvent: Sendable, Equatable {
  /// A message was put into the outbox.
  case queued(DeliveryRecord)
  /// A message was delivered.
  case delivered(DeliveryRecord)
  /// An attempt failed; there will be another.
  case attemptFailed(DeliveryRecord, reason: String, retryAt: Timestamp)
  /// A message was given up, or could not be made; the group's next flush tries anew.
  case failed(DeliveryRecord, reason: String)
  /// A silence was made, changed or ended.
  case silenceChanged(Silence, at: Timestamp)
}

/// One message, or one attempt to deliver it.
package struct DeliveryRecord: Sendable, Equatable {
  /// The integration that delivers it.
  package let integration: IntegrationKey
  /// The group.
  package let groupKey: String
  /// The labels of the group.
  package let groupLabels: Labels
  /// Why it is sent.
  package let reason: NotificationReason
  /// Whether any of its alerts fires.
  package let status: AlertStatus
  /// How many alerts it names that fire.
  package let firing: Int
  /// How many alerts it names that have ended.
  package let resolved: Int
  /// The id of the message, the same in all attempts; empty if none could be made.
  package let messageID: String
  /// The number of the attempt, from 1; 0 for none.
  package let attempt: Int
  /// When.
  package let at: Timestamp

  init(_ message: OutboxMessage, attempt: Int, at now: Timestamp) {
    integration = message.integration
    groupKey = message.groupKey
    groupLabels = Labels(message.groupLabels)
    reason = message.reason
    status = message.status
    firing = message.firing
    resolved = message.resolved
    messageID = message.message.id
    self.attempt = attempt
    at = now
  }

  init(_ notification: AlertNotification, to integration: IntegrationKey) {
    self.integration = integration
    groupKey = notification.groupKey.description
    groupLabels = notification.groupLabels
    reason = notification.reason ?? .firstNotification
    status = notification.status
    firing = notification.firing.count
    resolved = notification.resolved.count
    messageID = ""
    attempt = 0
    at = notification.now
  }
}
