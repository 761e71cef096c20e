import Concurrency
import Synchronization

/// Lets a query rest that overran again and again: a lock or a sick disk does not get better by
/// asking with every scrape.
///
/// After three overruns in a row it rests for half a minute, then twice as long each time it
/// overruns again, up to a quarter of an hour. One answer ends it.
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
