package import MetricModel

/// The messages that are still to be delivered, by destination. A pure value.
///
/// Each destination has its own order, retries and limit of attempts at once: one that hangs or
/// fails delays no other.
struct Outbox: Sendable {
  private var destinations: [IntegrationKey: Destination] = [:]
  /// How many pipelines of a group have messages.
  private var pipelinesOfGroup: [GroupKey: Int] = [:]

  /// Adds a message, see ``DeliveryQueue/add(_:limit:)``.
  mutating func add(
    _ message: OutboxMessage, limit: Int
  ) -> (message: OutboxMessage, replaced: OutboxMessage?) {
    let pipeline = message.pipeline
    if !hasPending(pipeline) { pipelinesOfGroup[pipeline.group, default: 0] += 1 }
    return destinations[pipeline.integration, default: Destination()].add(message, limit: limit)
  }

  /// Whether a message of a pipeline is not delivered yet.
  func hasPending(_ pipeline: PipelineKey) -> Bool {
    destinations[pipeline.integration]?.queues[pipeline.group] != nil
  }

  /// Whether a message about a group is not delivered yet.
  func hasPending(_ group: GroupKey) -> Bool { pipelinesOfGroup[group] != nil }

  /// The first message of a pipeline.
  func first(of pipeline: PipelineKey) -> OutboxMessage? {
    destinations[pipeline.integration]?.queues[pipeline.group]?.messages.first
  }

  /// How many attempts of a pipeline's first message have failed.
  func failures(of pipeline: PipelineKey) -> Int {
    destinations[pipeline.integration]?.queues[pipeline.group]?.failures ?? 0
  }

  /// Takes the messages that may be attempted now, oldest first, so that no destination has more
  /// than `limit` attempts under way.
  mutating func takeDue(at now: Timestamp, limit: Int) -> [OutboxMessage] {
    var due: [OutboxMessage] = []
    var index = destinations.startIndex
    while index != destinations.endIndex {
      due += destinations.values[index].takeDue(at: now, limit: limit)
      destinations.formIndex(after: &index)
    }
    return due.sorted { $0.sequence < $1.sequence }
  }

  /// How many attempts are under way.
  var attemptsInFlight: Int { destinations.values.reduce(0) { $0 + $1.attemptsInFlight } }

  /// When the next message may be attempted again, or earlier; nil if none waits for its time.
  var nextDeadline: Timestamp? { destinations.values.compactMap(\.nextRetry).min() }

  /// The attempt succeeded: the message is delivered.
  mutating func succeeded(_ pipeline: PipelineKey) {
    destinations[pipeline.integration]?.ended(pipeline.group) { $0.succeeded() }
    forgetIfEmpty(pipeline)
  }

  /// The attempt failed; the message is attempted again.
  mutating func failed(_ pipeline: PipelineKey, _ reason: String, retryAt: Timestamp) {
    destinations[pipeline.integration]?.ended(pipeline.group) {
      $0.failed(reason, retryAt: retryAt)
    }
  }

  /// The attempt was cut off; the message may be attempted again at once.
  mutating func interrupted(_ pipeline: PipelineKey) {
    destinations[pipeline.integration]?.ended(pipeline.group) { $0.interrupted() }
  }

  /// The message is given up; returns the next one if it has to be stored anew, see
  /// ``DeliveryQueue/givenUp()``.
  mutating func givenUp(_ pipeline: PipelineKey) -> OutboxMessage? {
    defer { forgetIfEmpty(pipeline) }
    return destinations[pipeline.integration]?.ended(pipeline.group) { $0.givenUp() } ?? nil
  }

  private mutating func forgetIfEmpty(_ pipeline: PipelineKey) {
    guard destinations[pipeline.integration]?.removeIfEmpty(pipeline.group) == true else { return }
    let rest = (pipelinesOfGroup[pipeline.group] ?? 1) - 1
    pipelinesOfGroup[pipeline.group] = rest > 0 ? rest : nil
    if destinations[pipeline.integration]?.queues.isEmpty == true {
      destinations[pipeline.integration] = nil
    }
  }

  /// The pipelines with messages, oldest message first.
  var pending: [PendingDelivery] {
    var list: [PendingDelivery] = []
    for (integration, destination) in destinations {
      for (group, queue) in destination.queues {
        guard let first = queue.messages.first else { continue }
        list.append(
          PendingDelivery(
            integration: integration, groupKey: group.description, count: queue.messages.count,
            failures: queue.failures, lastError: queue.lastError,
            since: Timestamp(rawValue: first.createdAt)))
      }
    }
    return list.sorted { ($0.since, $0.groupKey) < ($1.since, $1.groupKey) }
  }
}

/// The messages of one pipeline that are not delivered yet.
package struct PendingDelivery: Sendable, Equatable {
  /// The integration that is to deliver them.
  package let integration: IntegrationKey
  /// The text of the group's key.
  package let groupKey: String
  /// How many messages wait.
  package let count: Int
  /// How many attempts of the first one have failed.
  package let failures: Int
  /// Why the last attempt failed; nil if none did.
  package let lastError: String?
  /// When the first one was made.
  package let since: Timestamp
}
