package import MetricModel

/// How long to wait before a message is tried again: longer each time, never evenly, and never without end (RT1).
package struct RetrySchedule: Sendable, Hashable {
  /// Milliseconds before the second try.
  package var first: Double = 500
  /// By how much each wait is longer than the one before.
  package var factor: Double = 1.5
  /// The part of a wait that chance may add or take away.
  package var jitter: Double = 0.5
  /// The longest wait in milliseconds.
  package var longest: Double = 60_000
  /// The longest time that a receiver may ask us to wait, in milliseconds.
  package var longestAsked: Double = 3_600_000

  package init() {}

  /// When to try again after some failed tries; `chance` is in 0..<1. What the receiver asked for is the least.
  package func next(
    after now: Timestamp, failures: Int, asked: Duration?, chance: Double
  ) -> Timestamp {
    var wait = first
    for _ in 1..<max(1, min(failures, 64)) { wait = min(longest, wait * factor) }
    wait = min(longest, wait * (1 - jitter + 2 * jitter * chance))
    if let asked {
      let milliseconds =
        Double(asked.components.seconds) * 1000 + Double(asked.components.attoseconds) / 1e15
      wait = max(wait, min(longestAsked, milliseconds))
    }
    return now.adding(milliseconds: Int64(wait.rounded(.up)))
  }
}
