package import MetricModel
private import Glibc

/// The time as the collectors see it: a monotonic clock for budgets and durations, and the wall clock.
///
/// Both are parameters, so that tests decide what time it is.
package struct CollectorClock: Sendable {
  private let elapsed: @Sendable () -> Duration
  private let pause: @Sendable (Duration) async throws -> Void
  private let wall: @Sendable () -> Timestamp

  /// Makes a clock over any monotonic clock and a source of wall time.
  package init(
    _ clock: some Clock<Duration>,
    wall: @escaping @Sendable () -> Timestamp = CollectorClock.systemWallTime
  ) {
    let origin = clock.now
    elapsed = { origin.duration(to: clock.now) }
    pause = { try await clock.sleep(until: clock.now.advanced(by: $0), tolerance: nil) }
    self.wall = wall
  }

  /// The machine's own clocks.
  package static let system = CollectorClock(ContinuousClock())

  /// Monotonic time since this clock was made.
  package var now: Duration { elapsed() }

  /// Wall time.
  package var wallTime: Timestamp { wall() }

  /// Waits; throws `CancellationError` when the task is cancelled first.
  package func sleep(for duration: Duration) async throws {
    try await pause(duration)
  }

  /// The machine's wall time in milliseconds.
  package static let systemWallTime: @Sendable () -> Timestamp = {
    Timestamp(rawValue: HostClock.realTimeNanoseconds / 1_000_000)
  }
}
