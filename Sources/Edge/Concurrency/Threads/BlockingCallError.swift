/// The reason why a blocking call returned no value, with the name of its pool.
package enum BlockingCallError: Error, Hashable, CustomStringConvertible {
  /// The call did not return in time; its thread was abandoned.
  case overdue(String)
  /// The waiting task was cancelled; the call's thread was abandoned.
  case cancelled(String)
  /// All threads are in use by calls that have not returned.
  case exhausted(String, threads: Int)
  /// The system could not start a thread.
  case noThread(String)

  package var description: String {
    switch self {
    case .overdue(let pool): "\(pool): the call did not return in time"
    case .cancelled(let pool): "\(pool): the call was cancelled"
    case .exhausted(let pool, let threads):
      "\(pool): all \(threads) threads for blocking calls are in use"
    case .noThread(let pool): "\(pool): the system has no thread to spare"
    }
  }
}
