import Logging
package import MetricModel
package import StorageAPI
import Synchronization

/// Expands the labels of a route, which are templates over a notification (TR8).
package typealias ExpandRouteLabels =
  @Sendable (_ labels: [String: String], _ notification: AlertNotification) -> Labels

/// Groups alerts, decides who is told when, and sees to it that every message arrives: Alertmanager's part of the work.
///
/// Everything that must outlive the process is in the state store before it counts: alerts, silences, what was told to whom, and
/// the messages themselves. The actor only performs; decisions are made by ``AlertGroup``, the stages and ``DeliveryQueue``.
package actor AlertRouter: AlertSink {
  let services: RouterServices
  /// What happened since the start.
  package nonisolated let counters = NotificationCounters()

  var configuration = NotificationConfiguration.silent
  var tree = RoutingTree(.silent)
  var notifiers: [IntegrationKey: any Notifier] = [:]
  var integrations: [String: [(key: IntegrationKey, definition: IntegrationDefinition)]] = [:]
  var expandRouteLabels: ExpandRouteLabels = { labels, _ in Labels(labels) }
  var alerts: [Labels: Alert] = [:]
  var groups: [GroupKey: AlertGroup] = [:]
  var silences = SilenceStore()
  var log = NotificationLog()
  var queues: [NotificationLine: DeliveryQueue] = [:]
  var nextSequence: UInt64 = 1
  var deliveriesInFlight = 0

  let turnstile = Turnstile()
  nonisolated let bell = Bell()
  private nonisolated let isStopping = Atomic(false)

  package init(_ services: RouterServices) { self.services = services }

  /// Reads what an earlier process left; call it once, after the first ``configure(_:notifiers:routeLabels:)`` and before anything else.
  ///
  /// Alerts that were firing go on: whoever sends them gets the time of ``GlobalSettings/resolveTimeout`` to say so again.
  package func restore() async throws(StorageError) {
    let now = services.clock.now()
    for row in try await services.store.rows(in: .silences) {
      guard let silence = StoredSilence.silence(row) else {
        warnUnreadable(row, in: .silences)
        continue
      }
      silences.restore(silence)
    }
    for row in try await services.store.rows(in: .notificationLog) where !log.restore(row) {
      warnUnreadable(row, in: .notificationLog)
    }
    for row in try await services.store.rows(in: .outbox) {
      guard let message = try? OutboxMessage(row) else {
        warnUnreadable(row, in: .outbox)
        continue
      }
      _ = queues[message.line, default: DeliveryQueue()].add(message, limit: .max)
      nextSequence = max(nextSequence, message.sequence + 1)
    }
    let grace = now.adding(milliseconds: configuration.global.resolveTimeout.rawValue)
    for row in try await services.store.rows(in: .alerts) {
      guard var alert = StoredRoutedAlert.alert(row) else {
        warnUnreadable(row, in: .alerts)
        continue
      }
      if alert.endsAt > alert.updatedAt, alert.endsAt < grace {
        alert.endsAt = grace
        alert.endsByTimeout = true
      }
      alerts[alert.labels] = alert
    }
    regroup(at: now)
  }

  /// Uses a configuration from now on; the notifiers were made for its receivers (CF4).
  ///
  /// Alerts are routed anew; as long as routes stay what they are, nobody is told anything twice (TR6).
  /// `routeLabels` expands the labels of a route over a notification (TR8).
  package func configure(
    _ configuration: NotificationConfiguration, notifiers: [IntegrationKey: any Notifier],
    routeLabels: @escaping ExpandRouteLabels = { labels, _ in Labels(labels) }
  ) async {
    await turnstile.enter()
    self.configuration = configuration
    expandRouteLabels = routeLabels
    self.notifiers = notifiers
    tree = RoutingTree(configuration)
    integrations = Dictionary(
      configuration.receivers.map { ($0.name, $0.keyedIntegrations) }, uniquingKeysWith: { $1 })
    groups = [:]
    regroup(at: services.clock.now())
    turnstile.leave()
    bell.ring()
  }

  /// Works until ``stop()`` is called or the task is cancelled: flushes groups and delivers messages.
  package func run() async {
    await withDiscardingTaskGroup { tasks in
      var expected = services.clock.now()
      while !isStopping.load(ordering: .acquiring), !Task.isCancelled {
        let now = services.clock.now()
        bridgeGap(from: expected, to: now)
        await flushDue(at: now)
        for message in takeDueMessages(at: now) {
          tasks.addTask { await self.deliver(message) }
        }
        let wait = max(0, nextDeadline(after: now).milliseconds(since: services.clock.now()))
        expected = services.clock.now().adding(milliseconds: wait)
        await bell.wait(atMost: min(wait, 60_000), clock: services.clock)
      }
      await letTriesEnd()
      tasks.cancelAll()
    }
  }

  /// Ends ``run()`` soon: tries that are under way get a moment to end, everything else is on disk.
  package nonisolated func stop() {
    isStopping.store(true, ordering: .releasing)
    bell.ring()
  }

  /// So that a message that is just arriving is not sent again after the restart.
  private func letTriesEnd() async {
    let deadline = services.clock.now().adding(milliseconds: services.limits.stopGrace)
    while deliveriesInFlight > 0, !Task.isCancelled {
      let rest = deadline.milliseconds(since: services.clock.now())
      guard rest > 0 else { return }
      await bell.wait(atMost: rest, clock: services.clock)
    }
  }

  func nextDeadline(after now: Timestamp) -> Timestamp {
    var next = now.adding(milliseconds: 60_000)
    for group in groups.values { next = min(next, group.nextFlush) }
    for var queue in queues.values {
      if case .wait(let until) = queue.next(at: now) { next = min(next, until) }
    }
    return next
  }

  /// When the machine slept, or the clock jumped, alerts must not end just because nobody could say that they go on.
  private func bridgeGap(from expected: Timestamp, to now: Timestamp) {
    let gap = now.milliseconds(since: expected)
    guard gap > services.limits.clockGap else { return }
    services.log.notice("time went by unnoticed", metadata: ["milliseconds": "\(gap)"])
    for var alert in alerts.values where !alert.isResolved(at: expected) {
      alert.endsAt = alert.endsAt.adding(milliseconds: gap)
      alerts[alert.labels] = alert
      for route in tree.routes(for: alert.labels) {
        groups[route.groupKey(of: alert.labels)]?.insert(alert, now: now)
      }
    }
  }

  /// Makes changes that must not be lost. If the disk refuses them the work goes on: to tell somebody matters more.
  func keep(_ changes: [StateChange]) async {
    guard !changes.isEmpty else { return }
    do {
      try await services.store.apply(changes)
    } catch {
      counters.change { $0.storeFailures += 1 }
      services.log.error(
        "cannot keep the state of notifications; a restart now could lose or repeat some",
        metadata: ["error": "\(error)"])
    }
  }

  private func warnUnreadable(_ row: StateRow, in table: StateTable) {
    services.log.warning(
      "ignoring an unreadable row", metadata: ["table": "\(table.rawValue)", "key": "\(row.key)"])
  }
}
