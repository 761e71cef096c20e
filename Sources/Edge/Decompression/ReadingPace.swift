private import Glibc

/// Limits reading to a share of a processor core by sleeping.
///
/// A time limit would make a large file unreadable; this limit only delays it. It also bounds a
/// file that expands to a thousand times its size.
package struct ReadingPace: Sendable {
  /// The share of one core, above 0 up to 1.
  package let share: Double
  private var rested = ReadingPace.used

  /// Creates a limit; measuring starts on the thread that first calls `rest()`.
  package init(share: Double) {
    precondition(share > 0 && share <= 1, "a share is above 0 and at most 1")
    self.share = share
  }

  /// The shortest sleep in nanoseconds; shorter ones are accumulated.
  private static let shortest: Int64 = 10_000_000

  /// Starts measuring this thread and gives it the lowest priority.
  mutating func begin() {
    // On Linux the priority belongs to the thread.
    setpriority(Int32(PRIO_PROCESS.rawValue), 0, 19)
    rested = Self.used
  }

  /// Sleeps until this thread is within its share again.
  mutating func rest() {
    let used = Self.used - rested
    let pause = Int64(Double(used) * (1 / share - 1))
    guard pause >= Self.shortest else { return }
    var time = timespec(
      tv_sec: Int(pause / 1_000_000_000), tv_nsec: Int(pause % 1_000_000_000))
    unsafe nanosleep(&time, nil)
    rested = Self.used
  }

  /// The processor time of this thread in nanoseconds.
  private static var used: Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
