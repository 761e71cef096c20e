import Logging
import MetricModel
import StorageAPI

extension AlertRouter {
  /// Flushes the groups whose time has come.
  func flushDue(at now: Timestamp) async {
    await turnstile.enter()
    defer { turnstile.leave() }
    let due = groups.values.filter { $0.decide(at: now) != .wait(until: $0.nextFlush) }
    guard !due.isEmpty else { return }
    let inhibition = InhibitIndex(configuration.inhibitRules, alerts: alerts.values, at: now)
    let gates = Pipeline([
      InhibitStage(inhibition, counters: counters),
      TimeIntervalStage(configuration.timeIntervals, counters: counters),
      SilenceStage(silences, counters: counters),
    ])
    for group in due.sorted(by: { $0.key < $1.key }) {
      switch group.decide(at: now) {
      case .wait: break
      case .drop: groups[group.key] = nil
      case .flush(let told): await flush(group, told, through: gates, at: now)
      }
    }
    let old = silences.removeOld(at: now).map { StateChange.delete(.silences, key: $0) }
    await keep(log.removeExpired(at: now) + old)
  }

  private func flush(
    _ group: AlertGroup, _ told: [Alert], through gates: Pipeline, at now: Timestamp
  ) async {
    var notification = AlertNotification(
      receiver: group.route.receiver, groupKey: group.key, groupLabels: group.labels,
      alerts: told.map { NotifiedAlert($0, at: now) }, now: now,
      repeatInterval: group.route.repeatInterval,
      muteTimeIntervals: group.route.muteTimeIntervals,
      activeTimeIntervals: group.route.activeTimeIntervals)
    if !group.route.labels.isEmpty {
      notification.routeLabels = expandRouteLabels(group.route.labels, notification)
    }
    var succeeded = true
    if let passed = try? await gates.run(notification) {
      for (key, definition) in integrations[passed.receiver] ?? [] {
        do {
          try await tell(key, definition, of: passed)
        } catch {
          succeeded = false
          noteFailure(error, to: key, of: passed)
        }
      }
    }
    groups[group.key]?.flushed(told, at: now, succeeded: succeeded)
    await keep(settle(group.key))
  }

  private func tell(
    _ key: IntegrationKey, _ definition: IntegrationDefinition, of notification: AlertNotification
  ) async throws(NotifyError) {
    guard let notifier = notifiers[key] else {
      throw .permanent("no notifier was made for \(key)")
    }
    let line = NotificationLine(group: notification.groupKey, integration: key)
    let stages = Pipeline([
      DedupStage(
        log.entry(line, at: notification.now), sendResolved: definition.sendResolved,
        isPending: queues[line]?.isEmpty == false),
      OutboxStage(notifier, sendResolved: definition.sendResolved) { [weak self] in
        await self?.enqueue($1, of: $0, on: line)
      },
    ])
    _ = try await stages.run(notification)
  }

  /// Keeps a message and what the log says after it, in one transaction.
  private func enqueue(
    _ rendered: RenderedMessage?, of notification: AlertNotification, on line: NotificationLine
  ) async {
    guard var rendered else {
      await keep([log.set(line, NotificationLogEntry(notification, message: ""))])
      return
    }
    let sequence = nextSequence
    nextSequence += 1
    rendered.id = Self.messageID(sequence, line, at: notification.now)
    let message = OutboxMessage(
      sequence: sequence, line: line, message: rendered, notification: notification,
      previous: log.kept(line))
    var changes = [log.set(line, NotificationLogEntry(notification, message: rendered.id))]
    var queue = queues[line] ?? DeliveryQueue()
    let replaced = queue.add(message, limit: services.limits.messagesPerLine)
    if let put = try? (queue.messages.last ?? message).put() { changes.append(put) }
    if let replaced {
      changes.append(replaced.delete)
      counters.change(line.integration) { $0.superseded += 1 }
    }
    await keep(changes)
    queues[line] = queue
    counters.change(line.integration) { $0.notifications += 1 }
    services.onEvent(.queued(DeliveryRecord(message, attempt: 0, at: notification.now)))
  }

  private static func messageID(
    _ sequence: UInt64, _ line: NotificationLine, at now: Timestamp
  ) -> String {
    var hash = Fingerprint()
    hash.combine(line.key)
    return [String(now.rawValue, radix: 16), String(sequence), Fingerprint.text(hash.value)]
      .joined(separator: "-")
  }

  private func noteFailure(
    _ error: NotifyError, to key: IntegrationKey, of notification: AlertNotification
  ) {
    counters.change(key) { numbers in
      numbers.notifications += 1
      numbers.failed[error.reason, default: 0] += 1
    }
    services.log.error(
      "cannot make a notification",
      metadata: ["integration": "\(key)", "error": "\(error)"])
    services.onEvent(
      .failed(DeliveryRecord(notification, to: key), reason: error.description))
  }

  /// Forgets the ended alerts of a group when all messages about it have arrived; returns the changes for the store.
  func settle(_ key: GroupKey) -> [StateChange] {
    guard !queues.contains(where: { $0.key.group == key && !$0.value.isEmpty }) else { return [] }
    let gone = groups[key]?.settle() ?? []
    if groups[key]?.alerts.isEmpty == true { groups[key] = nil }
    return gone.compactMap { alert in
      let isElsewhere = tree.routes(for: alert.labels).contains {
        groups[$0.groupKey(of: alert.labels)]?.alerts[alert.labels] != nil
      }
      guard !isElsewhere, alerts[alert.labels] == alert else { return nil }
      alerts[alert.labels] = nil
      return StoredRoutedAlert.delete(alert)
    }
  }
}
