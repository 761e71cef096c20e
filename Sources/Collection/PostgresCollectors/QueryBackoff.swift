import Synchronization

/// Lets a query rest that overran again and again: a lock or a sick disk does not get better by
/// asking with every scrape.
///
/// After three overruns in a row it rests for half a minute, then twice as long each time it
/// overruns again, up to a quarter of an hour. One answer ends it.
final class QueryBackoff: Sendable {
  private struct Entry {
    var overruns = 0
    var restsUntil: ContinuousClock.Instant?
  }

  private static let patience = 3
  private static let longest: Duration = .seconds(900)
  private let entries = Mutex<[String: Entry]>([:])

  /// Whether the query must not run now.
  func isResting(_ name: String, at now: ContinuousClock.Instant = .now) -> Bool {
    entries.withLock { $0[name]?.restsUntil.map { now < $0 } ?? false }
  }

  /// Notes that the query took too long.
  func overran(_ name: String, at now: ContinuousClock.Instant = .now) {
    entries.withLock { entries in
      var entry = entries[name] ?? Entry()
      entry.overruns += 1
      let excess = entry.overruns - Self.patience
      if excess >= 0 {
        entry.restsUntil = now + min(.seconds(30) * (1 << min(excess, 10)), Self.longest)
      }
      entries[name] = entry
    }
  }

  /// Notes that the query was answered.
  func succeeded(_ name: String) {
    entries.withLock { _ = $0.removeValue(forKey: name) }
  }
}
