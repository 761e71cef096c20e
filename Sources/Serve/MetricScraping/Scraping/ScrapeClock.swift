package import MetricModel

/// The time of the scrape loops: a parameter, so that tests decide when it passes.
package protocol ScrapeClock: Sendable {
  /// The wall clock.
  func now() -> Timestamp
  /// A clock that only grows, for durations.
  func elapsed() -> Duration
  /// Waits; throws when the task is cancelled.
  func sleep(for duration: Duration) async throws
}

/// The clocks of the system.
package struct SystemScrapeClock: ScrapeClock {
  private let start = ContinuousClock.now

  package init() {}

  package func now() -> Timestamp { .now() }
  package func elapsed() -> Duration { ContinuousClock.now - start }
  package func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}
