package import DequeModule
package import MetricModel

/// The messages of one pipeline, in order: the next one is only attempted once the one before was
/// delivered or given up. A pure value.
package struct DeliveryQueue: Sendable {
  /// What to do now.
  package enum Action: Sendable, Equatable {
    /// Attempt to deliver this message, and note how it ended.
    case attempt(OutboxMessage)
    /// Nothing before this instant.
    case wait(until: Timestamp)
    /// Nothing until a message is added or the running attempt ends.
    case idle
  }

  /// The messages, the oldest first.
  package private(set) var messages: Deque<OutboxMessage> = []
  /// Attempts of the first message that failed.
  package private(set) var failures = 0
  /// Why the last attempt failed.
  package private(set) var lastError: String?
  /// When the first message may be attempted.
  private(set) var notBefore = Timestamp.distantPast
  private var isInFlight = false

  /// An empty queue.
  package init() {}

  /// Whether there is nothing to deliver.
  package var isEmpty: Bool { messages.isEmpty }

  /// Adds a message. If `limit` messages wait (at least 2), it replaces the youngest: it describes
  /// the whole group, too.
  ///
  /// - Returns: the message as it is to be stored, and the one that it replaced.
  package mutating func add(
    _ message: OutboxMessage, limit: Int
  ) -> (message: OutboxMessage, replaced: OutboxMessage?) {
    var message = message
    var replaced: OutboxMessage?
    if messages.count >= max(2, limit), let last = messages.popLast() {
      message.previous = last.previous
      replaced = last
    }
    messages.append(message)
    return (message, replaced)
  }

  /// Takes the next step.
  package mutating func next(at now: Timestamp) -> Action {
    guard !isInFlight, let first = messages.first else { return .idle }
    guard notBefore <= now else { return .wait(until: notBefore) }
    isInFlight = true
    return .attempt(first)
  }

  /// The message that was attempted is delivered.
  package mutating func succeeded() {
    if !messages.isEmpty { messages.removeFirst() }
    reset()
  }

  /// The message that was attempted is given up. The next one takes over its
  /// `OutboxMessage.previous`.
  ///
  /// - Returns: the next message, if it has to be stored anew.
  package mutating func givenUp() -> OutboxMessage? {
    guard !messages.isEmpty else { return nil }
    let lost = messages.removeFirst()
    reset()
    guard !messages.isEmpty else { return nil }
    messages[0].previous = lost.previous
    return messages[0]
  }

  /// The attempt failed; the message stays the first.
  package mutating func failed(_ reason: String, retryAt: Timestamp) {
    isInFlight = false
    failures += 1
    lastError = reason
    notBefore = retryAt
  }

  /// The attempt was cut off; it may be repeated at once.
  package mutating func interrupted() { isInFlight = false }

  private mutating func reset() {
    isInFlight = false
    failures = 0
    lastError = nil
    notBefore = .distantPast
  }
}
