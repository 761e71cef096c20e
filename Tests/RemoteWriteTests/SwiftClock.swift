import MetricModel
import Scraping
import Synchronization

/// A clock on which every wait is over at once, having taken its time: an outage of a day passes in a moment.
final class SwiftClock: ScrapeClock {
  private let milliseconds: Mutex<Int64>

  init(at milliseconds: Int64 = 1_700_000_000_000) { self.milliseconds = Mutex(milliseconds) }

  /// The waits that were asked for so far.
  let waits = Mutex<[Duration]>([])

  func now() -> Timestamp { Timestamp(rawValue: milliseconds.withLock { $0 }) }
  func elapsed() -> Duration { .milliseconds(milliseconds.withLock { $0 }) }

  func advance(_ duration: Duration) {
    milliseconds.withLock { $0 += Int64((duration / .milliseconds(1)).rounded()) }
  }

  func sleep(for duration: Duration) async throws {
    waits.withLock { $0.append(duration) }
    advance(duration)
    // Lets the others run, and ends with the task.
    try await Task.sleep(for: .milliseconds(1))
  }
}
