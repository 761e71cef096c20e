/// Computes the pause before the next attempt: longer after each failure, up to a maximum, and with
/// optional random spread.
///
/// It reads no clock and no random numbers: the caller adds the pause to the time and passes the
/// random number.
package struct Backoff: Sendable, Hashable {
  /// The pause after the first failure that causes one.
  package var first: Duration
  /// The ratio of each pause to the one before.
  package var factor: Double
  /// The maximum pause.
  package var longest: Duration
  /// The number of consecutive failures without a pause.
  package var tolerated: Int
  /// The range of factors from which a random one is applied to a pause.
  package var spread: ClosedRange<Double>
  /// The maximum pause that the remote side may request.
  package var longestRequested: Duration
  /// The number of failures since the last success.
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

  /// The pause after a number of consecutive failures.
  ///
  /// `chance` in 0...1 selects a factor within the spread. The pause is at least what the remote
  /// side `requested`, up to ``longestRequested``.
  package func pause(
    afterFailures failures: Int, chance: Double = 1, requested: Duration? = nil
  ) -> Duration {
    var pause = Duration.zero
    if failures > tolerated {
      pause = first
      // 64 doublings exceed every maximum pause.
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

  /// Counts a failure and returns the pause after it; see
  /// ``pause(afterFailures:chance:requested:)``.
  package mutating func pauseAfterFailure(
    chance: Double = 1, requested: Duration? = nil
  ) -> Duration {
    failures += 1
    return pause(afterFailures: failures, chance: chance, requested: requested)
  }

  /// Counts a success, which resets the number of failures.
  package mutating func reset() {
    failures = 0
  }
}

extension Backoff {
  /// The backoff between attempts to open a session with a server: shorter than a usual scrape
  /// interval, so that the next scrape sees a server that is back, and spread, so that sessions do
  /// not reconnect at the same time.
  package static let reconnecting = Backoff(
    first: .milliseconds(250), longest: .seconds(8), spread: 0.5...1)
}
