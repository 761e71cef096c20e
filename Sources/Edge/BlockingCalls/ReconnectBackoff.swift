/// When a session that could not be opened may be tried again: later each time, and never quite
/// regularly.
///
/// A value without a clock: it is told the time and the dice.
package struct ReconnectBackoff: Sendable, Equatable {
  /// The longest pause after the first failure.
  package let base: Duration
  /// The longest pause of all. Shorter than a usual scrape interval: a server that is back is seen
  /// by the next scrape.
  package let cap: Duration
  /// The failures since the last success.
  package private(set) var failures = 0
  private var opensAt: ContinuousClock.Instant?

  package init(base: Duration = .milliseconds(250), cap: Duration = .seconds(8)) {
    self.base = base
    self.cap = cap
  }

  /// Whether an attempt may be made now.
  package func allowsAttempt(at now: ContinuousClock.Instant) -> Bool {
    opensAt.map { now >= $0 } ?? true
  }

  /// Notes a failed attempt; `dice` from 0 to 1 chooses between half and all of the pause.
  package mutating func fail(at now: ContinuousClock.Instant, dice: Double) {
    failures += 1
    // 2^20 times the base is beyond every cap, and the shift cannot overflow.
    let pause = min(cap, base * (1 << min(failures - 1, 20)))
    opensAt = now + pause * (0.5 + 0.5 * min(max(dice, 0), 1))
  }

  /// Notes a successful attempt.
  package mutating func succeed() {
    failures = 0
    opensAt = nil
  }
}
