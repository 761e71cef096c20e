package import MetricModel
package import WebClient

/// The time of the scrape loops: a parameter, so that tests decide when it passes.
package protocol ScrapeClock: AnyObject, Sendable {
  /// The wall clock.
  func now() -> Timestamp
  /// A clock that only grows, for durations.
  func elapsed() -> Duration
  /// Waits; throws when the task is cancelled.
  func sleep(for duration: Duration) async throws
  /// Where the loops that wait for this clock run best; nil for anywhere.
  var executor: (any TaskExecutor)? { get }
}

extension ScrapeClock {
  /// The seconds since an instant of `elapsed()`.
  func seconds(since start: Duration) -> Double {
    let (seconds, attoseconds) = (elapsed() - start).components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }

  package var executor: (any TaskExecutor)? { nil }
}

/// The clocks of the system.
package final class SystemScrapeClock: ScrapeClock {
  private let start = ContinuousClock.now

  private let client: WebClient?

  /// Makes a clock; loops that wait for it run on the thread of `client`, if there is one.
  package init(client: WebClient? = nil) { self.client = client }

  package var executor: (any TaskExecutor)? { client?.executor }

  package func now() -> Timestamp { .now() }
  package func elapsed() -> Duration { ContinuousClock.now - start }

  package func sleep(for duration: Duration) async throws {
    if let client {
      try await client.sleep(for: duration)
    } else {
      try await Task.sleep(for: duration)
    }
  }
}
