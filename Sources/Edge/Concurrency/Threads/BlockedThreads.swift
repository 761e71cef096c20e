import Synchronization

/// Counts, by pool, the threads of this process in abandoned calls, for example on an unresponsive
/// mount or resolver. They cannot be ended.
package enum BlockedThreads {
  private static let counts = Mutex<[String: Int]>([:])

  /// The number of blocked threads of each pool made so far, sorted by name.
  package static var byPool: [(pool: String, threads: Int)] {
    counts.withLock { counts in counts.map { (pool: $0.key, threads: $0.value) } }
      .sorted { $0.pool < $1.pool }
  }

  static func change(_ pool: String, by difference: Int) {
    counts.withLock { $0[pool, default: 0] += difference }
  }
}
