package import AlertRouting
package import AlertRules
import MetricModel

extension EventLog {
  /// Appends an event of a rule or of one of its alerts.
  package func record(_ event: RuleEvent) {
    switch event {
    case .alertChanged(let change): record(change)
    case .evaluationFailed(let failure):
      append(at: failure.at, kind: "rule_failed") { json in
        json.member("group", failure.group)
        json.member("rule", failure.rule)
        json.member("reason", failure.reason)
      }
    case .evaluationRecovered(let group, let rule, let time):
      append(at: time, kind: "rule_recovered") { json in
        json.member("group", group)
        json.member("rule", rule)
      }
    }
  }

  private func record(_ change: AlertChange) {
    append(at: change.at, kind: "alert") { json in
      json.member("state", change.stateWord)
      json.member("from", change.from.rawValue)
      json.key("labels")
      json.labels(change.labels)
      json.key("annotations")
      json.labels(change.annotations)
      json.key("value")
      json.sampleValue(change.value)
      json.member("active_at", change.activeAt.rfc3339)
      json.member("group", change.group)
      json.member("rule", change.rule)
    }
  }

  /// Appends an event of a notification.
  package func record(_ event: RouterEvent) {
    switch event {
    case .queued(let delivery): record(delivery, outcome: "queued")
    case .delivered(let delivery): record(delivery, outcome: "delivered")
    case .attemptFailed(let delivery, let reason, let retryAt):
      record(delivery, outcome: "retry", reason: reason, retryAt: retryAt)
    case .failed(let delivery, let reason): record(delivery, outcome: "failed", reason: reason)
    case .silenceChanged(let silence, let time):
      append(at: time, kind: "silence") { json in
        json.member("id", silence.id)
        json.key("matchers")
        json.array { json in
          for matcher in silence.matchers { json.string("\(matcher)") }
        }
        json.member("starts_at", silence.startsAt.rfc3339)
        json.member("ends_at", silence.endsAt.rfc3339)
        json.member("created_by", silence.createdBy)
        json.member("comment", silence.comment)
      }
    }
  }

  private func record(
    _ delivery: DeliveryRecord, outcome: String, reason: String? = nil, retryAt: Timestamp? = nil
  ) {
    append(at: delivery.at, kind: "delivery") { json in
      json.member("outcome", outcome)
      json.member("receiver", delivery.integration.receiver)
      json.member("integration", delivery.integration.kind)
      json.member("group_key", delivery.groupKey)
      json.key("group_labels")
      json.labels(delivery.groupLabels)
      json.member("status", delivery.status.rawValue)
      json.member("notification_reason", delivery.reason.rawValue)
      json.key("firing")
      json.integer(delivery.firing)
      json.key("resolved")
      json.integer(delivery.resolved)
      json.key("attempt")
      json.integer(delivery.attempt)
      json.member("message_id", delivery.messageID)
      if let reason { json.member("reason", reason) }
      if let retryAt { json.member("retry_at", retryAt.rfc3339) }
    }
  }
}

extension AlertChange {
  /// The word for the new state: a firing alert that becomes inactive is resolved.
  package var stateWord: String {
    switch (from, to) {
    case (.firing, .inactive): "resolved"
    default: to.rawValue
    }
  }
}

extension JSONWriter {
  fileprivate mutating func member(_ name: String, _ text: String) {
    key(name)
    string(text)
  }
}
