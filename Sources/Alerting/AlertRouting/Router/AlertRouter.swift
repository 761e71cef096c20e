import Concurrency
import Foundation
import Logging
import MetricModel
package import StorageAPI
import Synchronization

/// Groups alerts, decides which receiver is notified when, and delivers every message: the part of
/// Alertmanager.
///
/// `RouterState` makes the decisions. The actor runs one serial loop (``run()``): it takes what
/// waits in its queue, lets the state decide, stores the changes, and performs the effects when
/// they are stored, one step after the other. Deliveries run beside it and put their results into
/// the queue. Everything that must outlive the process is thus in the store before it counts:
/// alerts, silences, the last notification of each pipeline, and the messages themselves.
package actor AlertRouter: AlertSink {
  let services: RouterServices
  nonisolated let queue: RouterQueue
  private nonisolated let isStopping = Atomic(false)
  private(set) var state: RouterState

  /// A router without alerts; `restore(_:)` and ``run()`` make it work.
  package init(_ services: RouterServices) {
    self.services = services
    queue = RouterQueue(limits: services.limits)
    state = RouterState(limits: services.limits, retry: services.retry)
  }

  /// Sets the first configuration and reads what an earlier process left; call it once, before
  /// ``run()``.
  ///
  /// Alerts that were firing continue to fire: their senders get
  /// ``NotificationConfiguration/resolveTimeout`` to send them again.
  package func restore(_ setup: RouterSetup) async throws(StorageError) {
    let now = services.clock.now
    state.reload(setup, at: now)
    // The log and the outbox before the alerts, whose groups depend on them.
    for table in [StateTable.silences, .notificationLog, .outbox, .alerts] {
      let rows = try await services.store.rows(in: table)
      for key in state.restore(rows, from: table, at: now) {
        services.log.warning(
          "ignoring an unreadable row", metadata: ["table": "\(table.rawValue)", "key": "\(key)"])
      }
    }
  }

  /// Uses a configuration from now on; returns when it is in force. Needs ``run()``.
  package nonisolated func reload(_ setup: RouterSetup) async {
    let reload = RouterQueue.Reload(setup: setup)
    queue.put(reload)
    _ = await reload.reply.valueUnlessCancelled()
  }

  /// Takes alerts from rules and returns at once: the loop stores them. However slow the store is,
  /// rules are evaluated; the newest state of each alert waits. Faulty alerts are logged.
  package nonisolated func receive(_ alerts: [Alert]) async {
    queue.put(alerts, at: services.clock.now)
  }

  /// Takes the alerts that are valid; returns when they are stored, with what is wrong with the
  /// others. Needs ``run()``.
  ///
  /// - Throws: ``RouterUnavailable`` when too many requests wait, or the router ends.
  package nonisolated func accept(
    _ alerts: [Alert]
  ) async throws(RouterUnavailable) -> [String] {
    let post = RouterQueue.Post(alerts: alerts)
    try queue.put(post)
    guard let faults = await post.reply.valueUnlessCancelled() else { throw .stopped }
    return faults
  }

  /// Makes a silence, or changes the one that has its id; returns the id when it is stored. Needs
  /// ``run()``.
  package nonisolated func setSilence(_ wanted: Silence) async throws(SilenceError) -> String {
    try await change(.set(wanted)).id
  }

  /// Ends a silence; returns when that is stored. Needs ``run()``.
  package nonisolated func expireSilence(_ id: String) async throws(SilenceError) {
    _ = try await change(.expire(id: id))
  }

  private nonisolated func change(
    _ change: RouterQueue.SilenceRequest.Change
  ) async throws(SilenceError) -> Silence {
    let request = RouterQueue.SilenceRequest(change: change)
    do {
      try queue.put(request)
    } catch {
      throw .unavailable("\(error)")
    }
    guard let result = await request.reply.valueUnlessCancelled() else {
      throw .unavailable("\(RouterUnavailable.stopped)")
    }
    return try result.get()
  }

  // MARK: - The loop

  /// Works until ``stop()`` is called or the task is cancelled.
  ///
  /// Attempts that are under way then get ``RouterLimits/stopGrace`` to end, so that a message that
  /// is just being delivered is not sent again after the restart.
  package func run() async {
    await withDiscardingTaskGroup { tasks in
      while isWorking {
        for message in await work() { start(message, in: &tasks) }
        await rest()
      }
      state.isStopping = true
      await finishAttempts()
      tasks.cancelAll()
    }
    await decide(queue.close(), flushes: false)
  }

  /// Ends ``run()`` soon.
  package nonisolated func stop() {
    isStopping.store(true, ordering: .releasing)
    queue.wake()
  }

  private var isWorking: Bool { !isStopping.load(ordering: .acquiring) && !Task.isCancelled }

  /// One round of the loop; returns the messages to deliver.
  private func work() async -> [OutboxMessage] {
    for request in queue.takeSilences() { await change(request) }
    return await decide(queue.take(), flushes: true)
  }

  /// Decides about all that waited and about what is due, in one step: nothing may come between the
  /// newest states of alerts and a flush, or alerts seem to have ended whose senders only waited
  /// for a slow store.
  @discardableResult
  private func decide(_ batch: RouterQueue.Batch, flushes: Bool) async -> [OutboxMessage] {
    for request in batch.silences { await change(request) }
    let now = services.clock.now
    var step = RouterStep()
    if let newest = batch.reloads.last { state.reload(newest.setup, at: now) }
    for result in batch.results {
      step.append(state.delivered(result, chance: services.chance(), at: now))
    }
    let (received, faults) = state.receive(batch.alerts, at: now)
    step.append(received)
    var answers: [[String]] = []
    for post in batch.posts {
      let (received, faults) = state.receive(post.alerts, at: now)
      step.append(received)
      answers.append(faults)
    }
    if flushes { step.append(state.flush(at: now)) }
    let messages = await perform(step)
    for fault in faults {
      services.log.warning("refused an alert", metadata: ["reason": "\(fault)"])
    }
    for (post, faults) in zip(batch.posts, answers) { post.reply.fulfill(faults) }
    for reload in batch.reloads { reload.reply.fulfill(()) }
    return messages
  }

  private func change(_ request: RouterQueue.SilenceRequest) async {
    let now = services.clock.now
    do throws(SilenceError) {
      let decision: RouterState.SilenceDecision
      switch request.change {
      case .set(let wanted):
        decision = try state.settingSilence(wanted, at: now) { UUID().uuidString.lowercased() }
      case .expire(let id): decision = try state.expiringSilence(id, at: now)
      }
      do {
        try await store(decision.step.changes)
      } catch {
        throw .storage("\(error)")
      }
      state.use(decision)
      report(decision.step)
      request.reply.fulfill(.success(decision.silence))
    } catch {
      request.reply.fulfill(.failure(error))
    }
  }

  /// Stores the changes of a step, then reports its events; returns the messages to deliver.
  ///
  /// If the store refuses the changes the work continues: to notify people matters more than to do
  /// it once.
  private func perform(_ step: RouterStep) async -> [OutboxMessage] {
    do {
      try await store(step.changes)
    } catch {
      state.counters.storeFailures += 1
      services.log.error(
        "cannot store the state of notifications; a restart now could lose or repeat some",
        metadata: ["error": "\(error)"])
    }
    report(step)
    return step.effects.compactMap { effect in
      guard case .deliver(let message) = effect else { return nil }
      return message
    }
  }

  private func store(_ changes: [StateChange]) async throws(StorageError) {
    if changes.isEmpty { return }
    try await services.store.apply(changes)
  }

  private func report(_ step: RouterStep) {
    for case .report(let event) in step.effects {
      services.logFailure(event)
      services.onEvent(event)
    }
  }

  private func start(_ message: OutboxMessage, in tasks: inout DiscardingTaskGroup) {
    let notifier = state.setup.notifiers[message.integration]
    let queue = queue
    tasks.addTask { queue.put(await message.attempt(by: notifier)) }
  }

  /// Waits until something happens or is due.
  private func rest() async {
    let now = services.clock.now
    let wait = min(now.duration(to: state.nextDeadline), RouterLimits.longestRest)
    guard wait > .zero else { return await Task.yield() }
    await queue.wait(for: wait, on: services.clock)
    let expected = now.advanced(by: wait)
    let woken = services.clock.now
    let gap = expected.duration(to: woken)
    guard gap > services.limits.clockGap else { return }
    services.log.notice("time passed unnoticed", metadata: ["seconds": "\(gap.seconds)"])
    state.bridgeGap(from: expected, to: woken)
  }

  private func finishAttempts() async {
    let deadline = services.clock.monotonic + services.limits.stopGrace
    while state.outbox.attemptsInFlight > 0, !Task.isCancelled {
      let left = deadline - services.clock.monotonic
      guard left > .zero else { return }
      await queue.wait(for: left, on: services.clock)
      await decide(queue.take(), flushes: false)
    }
  }
}

extension OutboxMessage {
  /// Attempts to deliver the message once.
  fileprivate func attempt(by notifier: (any Notifier)?) async -> DeliveryResult {
    let begin = ContinuousClock.now
    var failure: NotifyError?
    do throws(NotifyError) {
      guard let notifier else {
        throw NotifyError.permanent("\(integration) is not configured any more")
      }
      try await notifier.deliver(message)
    } catch {
      failure = error
    }
    return DeliveryResult(message: self, failure: failure, elapsed: begin.duration(to: .now))
  }
}
