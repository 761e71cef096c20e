import Logging
import MetricModel
import StorageAPI

extension AlertRouter {
  /// Takes the messages that may be tried now; each must be given to ``deliver(_:)``.
  func takeDueMessages(at now: Timestamp) -> [OutboxMessage] {
    var due: [OutboxMessage] = []
    let order = queues.keys.sorted {
      (queues[$0]?.messages.first?.sequence ?? 0) < (queues[$1]?.messages.first?.sequence ?? 0)
    }
    for line in order {
      guard deliveriesInFlight < services.limits.concurrentDeliveries else { break }
      if case .attempt(let message) = queues[line]?.next(at: now) {
        due.append(message)
        deliveriesInFlight += 1
      }
    }
    return due
  }

  /// Tries a message once and notes how it went.
  func deliver(_ message: OutboxMessage) async {
    let begin = ContinuousClock.now
    var failure: NotifyError?
    do throws(NotifyError) {
      guard let notifier = notifiers[message.integration] else {
        throw NotifyError.permanent("\(message.integration) is not configured any more")
      }
      try await notifier.deliver(message.message)
    } catch {
      failure = error
    }
    let elapsed = begin.duration(to: .now)
    await turnstile.enter()
    await note(failure, of: message, took: elapsed)
    deliveriesInFlight -= 1
    turnstile.leave()
    bell.ring()
  }

  private func note(
    _ failure: NotifyError?, of message: OutboxMessage, took elapsed: Duration
  ) async {
    let now = services.clock.now()
    let attempt = (queues[message.line]?.failures ?? 0) + 1
    let record = DeliveryRecord(message, attempt: attempt, at: now)
    if failure != .cancelled {
      counters.change(message.integration) { numbers in
        numbers.requests += 1
        numbers.requestsFailed += failure == nil ? 0 : 1
        let parts = elapsed.components
        numbers.latencySum += Double(parts.seconds) + Double(parts.attoseconds) / 1e18
      }
    }
    switch failure {
    case nil: await noteArrival(of: message, record)
    case .cancelled: queues[message.line]?.interrupted()
    case .retryable(let reason, _, let asked):
      let retryAt = services.retry.next(
        after: now, failures: attempt, asked: asked, chance: services.clock.chance())
      queues[message.line]?.failed(reason, retryAt: retryAt)
      services.log.warning(
        "notification not delivered yet",
        metadata: [
          "integration": "\(message.integration)", "attempt": "\(attempt)", "error": "\(reason)",
        ])
      services.onEvent(.attemptFailed(record, reason: reason, retryAt: retryAt))
    case .permanent(let reason, let kind):
      counters.change(message.integration) { $0.failed[kind, default: 0] += 1 }
      await giveUp(message, record, reason)
    }
  }

  private func noteArrival(of message: OutboxMessage, _ record: DeliveryRecord) async {
    queues[message.line]?.succeeded()
    forgetIfEmpty(message.line)
    await keep([message.delete] + settle(message.line.group))
    services.onEvent(.delivered(record))
  }

  /// Removes a message that will not arrive. The log then says what it said before, so that the group's next flush tells it anew.
  private func giveUp(
    _ message: OutboxMessage, _ record: DeliveryRecord, _ reason: String
  ) async {
    let line = message.line
    var changes = [message.delete]
    // What was lost must be in the queue no more when its previous entry is passed on to the next message.
    let current = queues[line]?.messages.first ?? message
    if let next = queues[line]?.givenUp(), let put = try? next.put() { changes.append(put) }
    if log.kept(line)?.message == message.message.id {
      changes.append(log.set(line, current.previous))
    }
    groups[line.group]?.unsettle()
    forgetIfEmpty(line)
    await keep(changes)
    services.log.error(
      "notification failed for good",
      metadata: ["integration": "\(message.integration)", "error": "\(reason)"])
    services.onEvent(.failed(record, reason: reason))
  }

  private func forgetIfEmpty(_ line: NotificationLine) {
    if queues[line]?.isEmpty == true { queues[line] = nil }
  }
}
