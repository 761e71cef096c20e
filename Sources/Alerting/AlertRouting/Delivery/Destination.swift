import HeapModule
import MetricModel

/// The queues of one integration and the order in which their messages are attempted: a queue per
/// group. A pure value.
struct Destination: Sendable {
  /// A queue whose first message may be attempted; out of date if an attempt is under way.
  private struct Ready: Sendable, Comparable {
    let sequence: UInt64
    let group: GroupKey

    static func < (left: Self, right: Self) -> Bool { left.sequence < right.sequence }
  }

  /// A queue whose first message waits for its next attempt.
  private struct Retry: Sendable, Comparable {
    let time: Timestamp
    let group: GroupKey

    static func < (left: Self, right: Self) -> Bool { left.time < right.time }
  }

  /// The queues that are not empty.
  private(set) var queues: [GroupKey: DeliveryQueue] = [:]
  /// How many attempts are under way.
  private(set) var attemptsInFlight = 0
  private var ready = Heap<Ready>()
  private var retries = Heap<Retry>()

  /// Adds a message to the queue of its group, see ``DeliveryQueue/add(_:limit:)``.
  mutating func add(
    _ message: OutboxMessage, limit: Int
  ) -> (message: OutboxMessage, replaced: OutboxMessage?) {
    let group = message.pipeline.group
    let isFirst = queues[group] == nil
    let added = queues[group, default: DeliveryQueue()].add(message, limit: limit)
    if isFirst { ready.insert(Ready(sequence: message.sequence, group: group)) }
    return added
  }

  /// Takes the messages that may be attempted now, oldest first, so that at most `limit` attempts
  /// are under way.
  ///
  /// - Complexity: O(log queues) for each message.
  mutating func takeDue(at now: Timestamp, limit: Int) -> [OutboxMessage] {
    while let first = retries.min, first.time <= now {
      retries.removeMin()
      schedule(first.group, at: now)
    }
    var due: [OutboxMessage] = []
    while attemptsInFlight < limit, let next = ready.popMin() {
      guard case .attempt(let message) = queues[next.group]?.next(at: now) else { continue }
      attemptsInFlight += 1
      due.append(message)
    }
    return due
  }

  /// When the next message may be attempted again, or earlier; nil if none waits for its time.
  var nextRetry: Timestamp? { retries.min?.time }

  /// Notes in the queue of a group how an attempt ended, and schedules what is first now; nil if
  /// there is no such queue.
  mutating func ended<Result>(
    _ group: GroupKey, _ note: (inout DeliveryQueue) -> Result
  ) -> Result? {
    guard let index = queues.index(forKey: group) else { return nil }
    attemptsInFlight -= 1
    let result = note(&queues.values[index])
    schedule(group, at: .distantPast)
    return result
  }

  /// Removes the queue of a group if nothing is left in it; returns whether it did.
  mutating func removeIfEmpty(_ group: GroupKey) -> Bool {
    guard queues[group]?.isEmpty == true else { return false }
    queues[group] = nil
    return true
  }

  private mutating func schedule(_ group: GroupKey, at now: Timestamp) {
    guard let queue = queues[group], let first = queue.messages.first else { return }
    if queue.notBefore <= now {
      ready.insert(Ready(sequence: first.sequence, group: group))
    } else {
      retries.insert(Retry(time: queue.notBefore, group: group))
    }
  }
}
