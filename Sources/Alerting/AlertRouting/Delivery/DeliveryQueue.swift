package import MetricModel

/// The messages of one line, in order: the next one is only tried when the one before has arrived or was given up. A pure value.
package struct DeliveryQueue: Sendable {
  /// What to do now.
  package enum Action: Sendable, Equatable {
    /// Try this message; tell how it went.
    case attempt(OutboxMessage)
    /// Nothing before this instant.
    case wait(until: Timestamp)
    /// Nothing until a message is added or the running try ends.
    case idle
  }

  /// The messages, the oldest first.
  package private(set) var messages: [OutboxMessage] = []
  /// Tries of the first message that failed.
  package private(set) var failures = 0
  /// Why the last try failed.
  package private(set) var lastError: String?
  private var notBefore = Timestamp.distantPast
  private var isInFlight = false

  package init() {}

  /// Whether there is nothing to deliver.
  package var isEmpty: Bool { messages.isEmpty }

  /// Adds a message. If `limit` messages wait, the youngest gives way and is returned: the new one tells of the whole group.
  package mutating func add(_ message: OutboxMessage, limit: Int) -> OutboxMessage? {
    var message = message
    var replaced: OutboxMessage?
    if messages.count >= max(2, limit), let last = messages.popLast() {
      message.previous = last.previous
      replaced = last
    }
    messages.append(message)
    return replaced
  }

  /// Takes the next step.
  package mutating func next(at now: Timestamp) -> Action {
    guard !isInFlight, let first = messages.first else { return .idle }
    guard notBefore <= now else { return .wait(until: notBefore) }
    isInFlight = true
    return .attempt(first)
  }

  /// The message that was tried has arrived.
  package mutating func succeeded() {
    if !messages.isEmpty { messages.removeFirst() }
    reset()
  }

  /// The message that was tried is given up. The next one then stands for what was before it, too.
  ///
  /// Returns the next one, if it has to be written anew.
  package mutating func givenUp() -> OutboxMessage? {
    guard !messages.isEmpty else { return nil }
    let lost = messages.removeFirst()
    reset()
    guard !messages.isEmpty else { return nil }
    messages[0].previous = lost.previous
    return messages[0]
  }

  /// The try failed, or was cut off; the message stays the first.
  package mutating func failed(_ reason: String, retryAt: Timestamp) {
    isInFlight = false
    failures += 1
    lastError = reason
    notBefore = retryAt
  }

  /// The try was cut off; it may be tried again at once.
  package mutating func interrupted() { isInFlight = false }

  private mutating func reset() {
    isInFlight = false
    failures = 0
    lastError = nil
    notBefore = .distantPast
  }
}
