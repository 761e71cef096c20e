private import Glibc

/// How much of a core reading may take: it sleeps off what it used.
///
/// A limit on time would make a large file unreadable; this one only makes it late. It bounds a file
/// that unpacks to a thousand times its size just as well.
package struct ReadingPace: Sendable {
  /// The share of one core, above 0 up to 1.
  package let share: Double
  private var rested = ReadingPace.used

  /// Makes a pace; the count begins on the thread that calls `rest()` first.
  package init(share: Double) {
    precondition(share > 0 && share <= 1, "a share is above 0 and at most 1")
    self.share = share
  }

  /// Shorter naps are saved up.
  private static let shortest: Int64 = 10_000_000

  /// Begins to count on this thread, and makes it one that others take the processor from.
  mutating func begin() {
    // On Linux the priority is the thread's own.
    setpriority(Int32(PRIO_PROCESS.rawValue), 0, 19)
    rested = Self.used
  }

  /// Sleeps until this thread has kept to its share.
  mutating func rest() {
    let used = Self.used - rested
    let pause = Int64(Double(used) * (1 / share - 1))
    guard pause >= Self.shortest else { return }
    var time = timespec(
      tv_sec: Int(pause / 1_000_000_000), tv_nsec: Int(pause % 1_000_000_000))
    unsafe nanosleep(&time, nil)
    rested = Self.used
  }

  /// Nanoseconds of processor time of this thread.
  private static var used: Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
