import Concurrency
import Synchronization

/// Pauses a query that repeatedly exceeds its time, because running it with every scrape worsens
/// the effect of a lock or a slow disk.
///
/// After three overruns in a row it pauses for half a minute, then twice as long after each further
/// overrun, up to a quarter of an hour. One success resets it.
final class QueryBackoff: Sendable {
  private struct Entry {
    var backoff = Backoff(first: .seconds(30), longest: .seconds(900), tolerated: 2)
    var restsUntil: ContinuousClock.Instant?
  }

  private let entries = Mutex<[String: Entry]>([:])

  /// Whether the query must not run now.
  func isResting(_ name: String, at now: ContinuousClock.Instant = .now) -> Bool {
    entries.withLock { $0[name]?.restsUntil.map { now < $0 } ?? false }
  }

  /// Notes that the query took too long.
  func overran(_ name: String, at now: ContinuousClock.Instant = .now) {
    entries.withLock { entries in
      var entry = entries[name] ?? Entry()
      entry.restsUntil = now + entry.backoff.pauseAfterFailure()
      entries[name] = entry
    }
  }

  /// Notes that the query was answered.
  func succeeded(_ name: String) {
    entries.withLock { _ = $0.removeValue(forKey: name) }
  }
}
