private import Glibc

/// The kernel's clocks. The corresponding C function is `clock_gettime`.
package enum HostClock {
  /// Wall time in nanoseconds since 1970.
  package static var realTimeNanoseconds: Int64 { read(CLOCK_REALTIME) }

  /// Nanoseconds since boot; setting the clock does not change it.
  package static var monotonicNanoseconds: Int64 { read(CLOCK_MONOTONIC) }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
