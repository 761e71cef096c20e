private import Glibc

/// The clocks of the machine.
enum SystemClock {
  private static let origin = ContinuousClock.now

  /// The wall time since 1970-01-01 00:00 UTC. The corresponding C function is `clock_gettime`.
  static var sinceEpoch: Duration {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
    return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
  }

  /// The time since the first use; it also advances while the machine sleeps.
  static var monotonic: Duration { ContinuousClock.now - origin }
}
