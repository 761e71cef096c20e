import MetricModel
import StorageAPI

extension RouterState {
  /// Flushes groups whose time has come, at most ``RouterLimits/groupsPerStep``, and starts the
  /// deliveries that are due.
  ///
  /// When more groups are due, ``nextDeadline`` is not after `now`: call it again after the step
  /// was performed.
  ///
  /// - Complexity: O(alerts of the flushed groups), and O(log groups) for each of them.
  mutating func flush(at now: Timestamp) -> RouterStep {
    var step = RouterStep()
    var count = 0
    while count < limits.groupsPerStep, let key = groups.takeDue(at: now) {
      flush(key, at: now, into: &step)
      count += 1
    }
    if nextCleanup <= now {
      step.changes += log.removeExpired(at: now)
      step.changes += silences.removeOld(at: now).map { .delete(.silences, key: $0) }
      nextCleanup = now.advanced(by: RouterLimits.cleanupInterval)
    }
    startDeliveries(at: now, into: &step)
    return step
  }

  /// Takes the messages that may be attempted now.
  mutating func startDeliveries(at now: Timestamp, into step: inout RouterStep) {
    guard !isStopping else { return }
    let due = outbox.takeDue(at: now, limit: limits.deliveriesPerDestination)
    step.effects += due.map { .deliver($0) }
  }

  private mutating func flush(_ key: GroupKey, at now: Timestamp, into step: inout RouterStep) {
    guard let group = groups[key], case .flush(let alerts) = group.decide(at: now) else {
      if groups[key]?.alerts.isEmpty == true { groups.remove(key) }
      return
    }
    var succeeded = true
    if let passed = throughGates(notification(of: group, alerts, at: now)) {
      for (integration, definition) in integrations[passed.receiver] ?? [] {
        do throws(NotifyError) {
          try notify(integration, definition, of: passed, into: &step)
        } catch {
          succeeded = false
          noteUnmade(error, integration, passed, into: &step)
        }
      }
    }
    groups.update(key) { $0.flushed(alerts, at: now, succeeded: succeeded) }
    step.changes += acknowledge(key)
  }

  private func notification(
    of group: AlertGroup, _ alerts: [Alert], at now: Timestamp
  ) -> AlertNotification {
    let route = group.route
    var notification = AlertNotification(
      receiver: route.receiver, groupKey: group.key, groupLabels: group.labels,
      alerts: alerts.map { NotifiedAlert($0, at: now) }, now: now,
      repeatInterval: route.repeatInterval, muteTimeIntervals: route.muteTimeIntervals,
      activeTimeIntervals: route.activeTimeIntervals)
    if !route.labels.isEmpty {
      notification.routeLabels = setup.expandRouteLabels(route.labels, notification)
    }
    return notification
  }

  /// What inhibition, time intervals and silences leave of a notification, in Alertmanager's order;
  /// nil for nothing.
  private mutating func throughGates(_ notification: AlertNotification) -> AlertNotification? {
    notification.removingInhibited(by: inhibition, counters: &counters)?
      .checkingTimeIntervals(timeIntervals, counters: &counters)?
      .removingSilenced(by: silences, counters: &counters)
  }

  /// Puts the message for one integration into the outbox, if one is due.
  private mutating func notify(
    _ key: IntegrationKey, _ definition: IntegrationDefinition, of notification: AlertNotification,
    into step: inout RouterStep
  ) throws(NotifyError) {
    guard let notifier = setup.notifiers[key] else {
      throw .permanent("no notifier was made for \(key)")
    }
    let pipeline = PipelineKey(group: notification.groupKey, integration: key)
    let sendResolved = definition.sendResolved
    guard
      let due = notification.deduplicated(
        by: log.entry(pipeline, at: notification.now), sendResolved: sendResolved,
        isPending: outbox.hasPending(pipeline))
    else { return }
    guard let message = try due.rendered(by: notifier, sendResolved: sendResolved) else {
      // The receiver does not want to hear of ends: the log alone records that they were processed.
      step.changes.append(log.set(pipeline, NotificationLogEntry(due, message: "")))
      return
    }
    enqueue(message, of: due, on: pipeline, into: &step)
  }

  /// Stores a message and the log entry that stands after it in one transaction.
  private mutating func enqueue(
    _ rendered: RenderedMessage, of notification: AlertNotification, on pipeline: PipelineKey,
    into step: inout RouterStep
  ) {
    var rendered = rendered
    let sequence = nextSequence
    nextSequence += 1
    rendered.id = Self.messageID(sequence, pipeline, at: notification.now)
    let message = OutboxMessage(
      sequence: sequence, pipeline: pipeline, message: rendered, notification: notification,
      previous: log.stored(pipeline))
    step.changes.append(log.set(pipeline, NotificationLogEntry(notification, message: rendered.id)))
    let added = outbox.add(message, limit: limits.messagesPerPipeline)
    if let put = try? added.message.put() { step.changes.append(put) }
    if let replaced = added.replaced {
      step.changes.append(replaced.delete)
      counters.change(pipeline.integration) { $0.superseded += 1 }
    }
    counters.change(pipeline.integration) { $0.notifications += 1 }
    step.effects.append(
      .report(.queued(DeliveryRecord(message, attempt: 0, at: notification.now))))
  }

  private static func messageID(
    _ sequence: UInt64, _ pipeline: PipelineKey, at now: Timestamp
  ) -> String {
    var hash = Fingerprint()
    hash.combine(pipeline.storedText)
    return [String(now.rawValue, radix: 16), String(sequence), Fingerprint.text(hash.value)]
      .joined(separator: "-")
  }

  /// Notes that a message could not be made; the group's next flush tries again.
  private mutating func noteUnmade(
    _ error: NotifyError, _ key: IntegrationKey, _ notification: AlertNotification,
    into step: inout RouterStep
  ) {
    counters.change(key) { numbers in
      numbers.notifications += 1
      numbers.failed[error.reason, default: 0] += 1
    }
    let record = DeliveryRecord(notification, to: key)
    step.effects.append(.report(.failed(record, reason: error.description)))
  }

  /// Removes the ended alerts of a group's last flush once all messages about the group were
  /// delivered, and the alert itself once no group holds it; returns the changes to store.
  mutating func acknowledge(_ key: GroupKey) -> [StateChange] {
    guard !outbox.hasPending(key) else { return [] }
    let ended = groups.update(key) { $0.acknowledge() } ?? []
    if groups[key]?.alerts.isEmpty == true { groups.remove(key) }
    return ended.compactMap { alert in
      guard let known = alerts[alert.labels], known.alert == alert,
        !known.memberships.contains(where: { groups[$0.group]?.alerts[alert.labels] != nil })
      else { return nil }
      alerts[alert.labels] = nil
      inhibition.remove(alert.labels)
      return StoredRoutedAlert.delete(alert)
    }
  }
}
