import Synchronization

/// Lets through so many requests per time, of all clients together.
package final class RateLimiter: Sendable {
  /// One request per interval, and this many at once after a pause.
  package struct Limit: Hashable, Sendable {
    /// Time between two requests that are let through for long; above zero.
    package let interval: Duration
    /// How many requests may come at once; with 0 none is let through, as in exporter-toolkit.
    package let burst: Int

    package init(interval: Duration, burst: Int) {
      precondition(
        interval > .zero && burst >= 0, "an interval above zero and a burst from zero on")
      self.interval = interval
      self.burst = burst
    }
  }

  /// The limit that is kept.
  package let limit: Limit
  private let bucket: Mutex<TokenBucket>
  private let start = ContinuousClock.now

  package init(_ limit: Limit) {
    self.limit = limit
    bucket = Mutex(TokenBucket(limit))
  }

  /// Whether one more request may come now.
  func admits() -> Bool {
    let now = ContinuousClock.now - start
    return bucket.withLock { $0.take(at: now) }
  }
}

/// A bucket that gets one token per interval and holds `burst` of them; full at first.
struct TokenBucket {
  private let limit: RateLimiter.Limit
  /// When the bucket was or will be empty, if every token in it were taken.
  private var emptyAt: Duration

  init(_ limit: RateLimiter.Limit) {
    self.limit = limit
    emptyAt = limit.interval * -limit.burst
  }

  /// Takes a token if there is one; `now` never goes back.
  mutating func take(at now: Duration) -> Bool {
    let fullSince = now - limit.interval * limit.burst
    let next = max(emptyAt, fullSince) + limit.interval
    guard next <= now else { return false }
    emptyAt = next
    return true
  }
}
