/// The time and a way to wait for it: the machine's clocks, or a clock that a test controls.
///
/// The executables pass it down as a value; no layer below them reads the machine's clocks.
/// `MetricModel` adds `now`, the wall time as a `Timestamp`.
package struct TimeSource: Sendable {
  private let wall: @Sendable () -> Duration
  private let elapsed: @Sendable () -> Duration
  private let pause: @Sendable (Duration) async throws -> Void

  /// Makes a source from its three parts.
  ///
  /// - Parameters:
  ///   - wall: The wall time since 1970-01-01 00:00 UTC; it may jump when the clock is set.
  ///   - monotonic: The time since an arbitrary origin; it never goes back.
  ///   - sleep: Suspends for a duration of the monotonic time; throws `CancellationError` when the
  ///     task is cancelled first.
  package init(
    wall: @escaping @Sendable () -> Duration,
    monotonic: @escaping @Sendable () -> Duration,
    sleep: @escaping @Sendable (Duration) async throws -> Void
  ) {
    self.wall = wall
    elapsed = monotonic
    pause = sleep
  }

  /// The clocks of the machine.
  package static let system = system { try await Task.sleep(for: $0) }

  /// The clocks of the machine with another way to wait, such as on the thread of an event loop.
  package static func system(
    sleep: @escaping @Sendable (Duration) async throws -> Void
  ) -> TimeSource {
    TimeSource(
      wall: { SystemClock.sinceEpoch }, monotonic: { SystemClock.monotonic }, sleep: sleep)
  }

  /// The wall time since 1970-01-01 00:00 UTC; it may jump when the clock is set.
  package var sinceEpoch: Duration { wall() }

  /// The time since an arbitrary origin, for deadlines and measurements; it never goes back.
  package var monotonic: Duration { elapsed() }

  /// Suspends the task for a duration of the monotonic time; returns at once if that is not
  /// positive.
  ///
  /// - Throws: `CancellationError` when the task is cancelled first.
  package func sleep(for duration: Duration) async throws {
    try await pause(duration)
  }

  /// Suspends the task until an instant of ``monotonic``.
  ///
  /// - Throws: `CancellationError` when the task is cancelled first.
  package func sleep(until deadline: Duration) async throws {
    try await pause(deadline - monotonic)
  }
}
