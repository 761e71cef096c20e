import Synchronization

/// Limits the rate of requests of all clients together.
package final class RateLimiter: Sendable {
  /// One request per interval, and `burst` requests at once after a pause.
  package struct Limit: Hashable, Sendable {
    /// The sustained time between two admitted requests; greater than zero.
    package let interval: Duration
    /// The number of requests that are admitted at once; 0 admits none, as in exporter-toolkit.
    package let burst: Int

    /// Creates a limit.
    package init(interval: Duration, burst: Int) {
      precondition(
        interval > .zero && burst >= 0, "an interval above zero and a burst from zero on")
      self.interval = interval
      self.burst = burst
    }
  }

  /// The limit that is enforced.
  package let limit: Limit
  private let bucket: Mutex<TokenBucket>
  private let start = ContinuousClock.now

  /// Creates a limiter that admits a full burst at first.
  package init(_ limit: Limit) {
    self.limit = limit
    bucket = Mutex(TokenBucket(limit))
  }

  /// Whether another request is admitted now.
  func admits() -> Bool {
    let now = ContinuousClock.now - start
    return bucket.withLock { $0.take(at: now) }
  }
}

/// A token bucket: it gains one token per interval, holds at most `burst`, and starts full.
struct TokenBucket {
  private let limit: RateLimiter.Limit
  /// When the bucket was or will be empty if all its tokens were taken now.
  private var emptyAt: Duration

  init(_ limit: RateLimiter.Limit) {
    self.limit = limit
    emptyAt = limit.interval * -limit.burst
  }

  /// Takes a token if there is one; `now` must not decrease between calls.
  mutating func take(at now: Duration) -> Bool {
    let fullSince = now - limit.interval * limit.burst
    let next = max(emptyAt, fullSince) + limit.interval
    guard next <= now else { return false }
    emptyAt = next
    return true
  }
}
