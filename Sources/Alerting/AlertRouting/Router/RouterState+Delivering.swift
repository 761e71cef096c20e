import Concurrency
import MetricModel
import StorageAPI

extension RouterState {
  /// Takes the result of an attempt: the message leaves the outbox, is tried again later, or is
  /// given up. Then starts the deliveries that became due.
  ///
  /// `chance` in 0..<1 spreads the retries of many messages over time.
  mutating func delivered(
    _ result: DeliveryResult, chance: Double, at now: Timestamp
  ) -> RouterStep {
    let message = result.message
    let attempt = outbox.failures(of: message.pipeline) + 1
    let record = DeliveryRecord(message, attempt: attempt, at: now)
    count(result)
    var step = RouterStep()
    switch result.failure {
    case nil:
      outbox.succeeded(message.pipeline)
      step.changes = [message.delete] + acknowledge(message.pipeline.group)
      step.effects = [.report(.delivered(record))]
    case .cancelled: outbox.interrupted(message.pipeline)
    case .retryable(let reason, _, let asked):
      let pause = retry.pause(afterFailures: attempt, chance: chance, requested: asked)
      let retryAt = now.advanced(by: pause)
      outbox.failed(message.pipeline, reason, retryAt: retryAt)
      step.effects = [.report(.attemptFailed(record, reason: reason, retryAt: retryAt))]
    case .permanent(let reason, _):
      step.changes = giveUp(message)
      step.effects = [.report(.failed(record, reason: reason))]
    }
    startDeliveries(at: now, into: &step)
    return step
  }

  private mutating func count(_ result: DeliveryResult) {
    if result.failure == .cancelled { return }
    counters.change(result.message.integration) { numbers in
      numbers.requests += 1
      numbers.requestsFailed += result.failure == nil ? 0 : 1
      numbers.latencySum += result.elapsed.seconds
      if case .permanent(_, let kind) = result.failure { numbers.failed[kind, default: 0] += 1 }
    }
  }

  /// Removes a message that will not be delivered. The log then has the entry from before it, so
  /// that the group's next flush notifies again.
  private mutating func giveUp(_ message: OutboxMessage) -> [StateChange] {
    let pipeline = message.pipeline
    var changes = [message.delete]
    // The queue's copy has the entry of messages that were given up before this one, too.
    let previous = (outbox.first(of: pipeline) ?? message).previous
    if let next = outbox.givenUp(pipeline), let put = try? next.put() { changes.append(put) }
    if log.stored(pipeline)?.message == message.message.id {
      changes.append(log.set(pipeline, previous))
    }
    groups.update(pipeline.group) { $0.reopen() }
    return changes
  }
}
