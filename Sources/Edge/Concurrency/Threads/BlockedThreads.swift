import Synchronization

/// The threads of this process in calls that nobody waits for any more, by pool: a mount that is dead, a resolver that does not
/// answer. They cannot be ended, only counted.
package enum BlockedThreads {
  private static let counts = Mutex<[String: Int]>([:])

  /// The number of threads of each pool that was made so far, sorted by the pools' names.
  package static var byPool: [(pool: String, threads: Int)] {
    counts.withLock { counts in counts.map { (pool: $0.key, threads: $0.value) } }
      .sorted { $0.pool < $1.pool }
  }

  static func change(_ pool: String, by difference: Int) {
    counts.withLock { $0[pool, default: 0] += difference }
  }
}
