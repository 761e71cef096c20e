import Synchronization

/// C calls that cannot be interrupted (`getaddrinfo`, `PQcancel`, `statfs` on a dead mount): each
/// runs on a disposable thread, which is left behind, and counted, if it does not come back in
/// time.
package enum AbandonableCall {
  /// How many disposable threads may be stuck at once; one more call is refused instead of started.
  package static let limit = 64

  private static let running = Atomic<Int>(0)

  /// The disposable threads now running, those that were given up included.
  package static var threadsInFlight: Int { running.load(ordering: .relaxed) }

  /// Runs `body` on a disposable thread and waits for it, blocking the calling thread, which must
  /// not be one of the cooperative pool.
  ///
  /// Throws `.overdue` at the deadline; `body` then still runs to its end somewhere, so it must own
  /// what it touches.
  package static func run<Value: Sendable>(
    _ name: String, until deadline: ContinuousClock.Instant, _ body: @escaping @Sendable () -> Value
  ) throws(BlockingCallError) -> Value {
    let outcome = ThreadGate<Value?>(nil)
    try start(name) {
      let value = body()
      outcome.withLock { $0 = value }
      outcome.signal()
    }
    guard let value = outcome.wait(until: deadline, { $0 }) else { throw .overdue(call: name) }
    return value
  }

  /// Runs `body` on a disposable thread and waits for nothing.
  package static func start(
    _ name: String, _ body: @escaping @Sendable () -> Void
  ) throws(BlockingCallError) {
    guard running.wrappingAdd(1, ordering: .relaxed).newValue <= limit else {
      running.wrappingSubtract(1, ordering: .relaxed)
      throw .tooManyStuck(call: name, limit: limit)
    }
    let started = DetachedThread.start(name: name) {
      body()
      running.wrappingSubtract(1, ordering: .relaxed)
    }
    guard !started else { return }
    running.wrappingSubtract(1, ordering: .relaxed)
    throw .noThread(call: name)
  }
}

/// Why a call on a disposable thread gave no value.
package enum BlockingCallError: Error, Equatable, CustomStringConvertible {
  /// The call did not return before its deadline; its thread was abandoned.
  case overdue(call: String)
  /// Too many earlier calls are still stuck.
  case tooManyStuck(call: String, limit: Int)
  /// The system refused a thread.
  case noThread(call: String)

  package var description: String {
    switch self {
    case .overdue(let call): "\(call) did not return in time"
    case .tooManyStuck(let call, let limit):
      "\(call) not started: \(limit) earlier calls of this kind never returned"
    case .noThread(let call): "\(call) not started: the system has no thread to spare"
    }
  }
}
