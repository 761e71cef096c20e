/// How long to wait before the next try: longer after each failure, up to a longest pause, and spread by chance if wanted.
///
/// A value without a clock: whoever uses it adds the pause to the time and brings the chance.
package struct Backoff: Sendable, Hashable {
  /// The pause after the first failure that is not tolerated.
  package var first: Duration
  /// By how much each pause is longer than the one before.
  package var factor: Double
  /// The longest pause.
  package var longest: Duration
  /// How many failures in a row cost no pause.
  package var tolerated: Int
  /// The part of a pause that is taken, between its ends by chance.
  package var spread: ClosedRange<Double>
  /// The longest pause that another side may ask for.
  package var longestRequested: Duration
  /// The failures since the last success.
  package private(set) var failures = 0

  /// Makes a backoff without failures.
  package init(
    first: Duration, factor: Double = 2, longest: Duration, tolerated: Int = 0,
    spread: ClosedRange<Double> = 1...1, longestRequested: Duration = .seconds(3_600)
  ) {
    precondition(factor >= 1, "pauses must not become shorter")
    precondition(spread.lowerBound >= 0, "a pause cannot be negative")
    self.first = first
    self.factor = factor
    self.longest = max(first, longest)
    self.tolerated = tolerated
    self.spread = spread
    self.longestRequested = longestRequested
  }

  /// The pause after so many failures in a row.
  ///
  /// `chance` in 0...1 chooses within the spread; what the other side `requested` is the least, up to ``longestRequested``.
  package func pause(
    afterFailures failures: Int, chance: Double = 1, requested: Duration? = nil
  ) -> Duration {
    var pause = Duration.zero
    if failures > tolerated {
      pause = first
      // 64 doublings are beyond every longest pause.
      for _ in 1..<max(1, min(failures - tolerated, 64)) {
        guard pause < longest else { break }
        pause = min(longest, pause * factor)
      }
      let part =
        spread.lowerBound + (spread.upperBound - spread.lowerBound) * min(max(chance, 0), 1)
      pause = min(longest, pause * part)
    }
    guard let requested else { return pause }
    return max(pause, min(requested, longestRequested))
  }

  /// Counts a failure and gives the pause after it; see ``pause(afterFailures:chance:requested:)``.
  package mutating func pauseAfterFailure(
    chance: Double = 1, requested: Duration? = nil
  ) -> Duration {
    failures += 1
    return pause(afterFailures: failures, chance: chance, requested: requested)
  }

  /// Counts a success: the next failure is the first one again.
  package mutating func reset() {
    failures = 0
  }
}

extension Backoff {
  /// Between attempts to open a session with a server: shorter than a usual scrape interval, so that a server that is back is
  /// seen by the next scrape, and spread, so that sessions do not come back at the same time.
  package static let reconnecting = Backoff(
    first: .milliseconds(250), longest: .seconds(8), spread: 0.5...1)
}
