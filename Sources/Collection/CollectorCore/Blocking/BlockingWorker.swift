import Synchronization

/// Runs blocking C calls on threads that can be left behind, a bounded number of them.
///
/// A call that is overdue is abandoned: its caller goes on, the call keeps its thread until the kernel
/// lets go, and is counted in `stuckCount` until then. When all threads are busy or stuck, further
/// calls are refused at once rather than queued behind a hung mount.
package final class BlockingWorker: Sendable {
  /// Why a call gave no result.
  package enum Failure: Error, Hashable, CustomStringConvertible {
    /// The call did not return in time; it goes on alone.
    case overdue
    /// All threads are in use.
    case exhausted(threads: Int)
    /// The system gave no thread.
    case noThread(SystemError)

    package var description: String {
      switch self {
      case .overdue: "the call did not return in time"
      case .exhausted(let threads): "all \(threads) threads for blocking calls are in use"
      case .noThread(let error): error.description
      }
    }
  }

  private struct State {
    var idle: [WorkerThread] = []
    var threads = 0
    var stuck = 0
    var abandoned: UInt64 = 0
  }

  /// Most threads at one time, stuck ones included.
  package let threadLimit: Int
  private let state = Mutex(State())

  /// Makes a worker without threads; they are started on demand and kept.
  package init(threadLimit: Int = 8) {
    self.threadLimit = threadLimit
  }

  deinit {
    state.withLock { state in for thread in state.idle { thread.retire() } }
  }

  /// Calls that were abandoned and have not returned yet.
  package var stuckCount: Int { state.withLock { $0.stuck } }
  /// Calls that were ever abandoned.
  package var abandonedCount: UInt64 { state.withLock { $0.abandoned } }

  /// Runs `body` on a thread and waits for its result until the context's deadline or `limit`,
  /// whichever comes first.
  ///
  /// A call that is given up goes on alone: `onTimeout` is called at that moment and `whenLate`,
  /// always after it and on the call's thread, with the result that came too late.
  package func run<Result: Sendable>(
    context: ScrapeContext, limit: Duration? = nil, _ body: @escaping @Sendable () -> Result,
    whenLate: @escaping @Sendable (Result) -> Void = { _ in },
    onTimeout: @escaping @Sendable () -> Void = {}
  ) async throws(Failure) -> Result {
    let thread = try takeThread()
    let call = PendingValue<Result>()
    thread.submit { [self] in
      let result = body()
      guard !call.resolve(with: result) else { return give(back: thread, wasStuck: false) }
      whenLate(result)
      give(back: thread, wasStuck: true)
    }
    let patience = min(limit ?? context.remaining, context.remaining)
    guard
      let result = await call.value(
        within: patience, clock: context.clock,
        onTimeout: {
          self.countStuck()
          onTimeout()
        })
    else { throw .overdue }
    return result
  }

  /// Runs `body` for each number below `count` on one thread, one after another, and waits for all.
  ///
  /// A call that takes longer than `limit`, or that the context's deadline finds still at it, is given up and keeps its thread; the
  /// rest go on with another. `onTimeout` and `whenLate` are as in `run`. Costs one change of threads, however many calls there are.
  package func runEach(
    count: Int, context: ScrapeContext, limit: Duration, _ body: @escaping @Sendable (Int) -> Void,
    whenLate: @escaping @Sendable (Int) -> Void = { _ in },
    onTimeout: @escaping @Sendable (Int) -> Void = { _ in }
  ) async throws(Failure) {
    let clock = context.clock
    @Sendable func due() -> Duration { min(clock.now + limit, context.deadline) }
    var next = 0
    while next < count {
      let thread = try takeThread()
      let watch = StepWatch(first: next, limit: due(), clock: clock) { step in
        self.countStuck()
        onTimeout(step)
      }
      thread.submit { [self, first = next] in
        for index in first..<count {
          guard watch.begin(index, limit: due()) else { return give(back: thread, wasStuck: false) }
          body(index)
          guard watch.end(index) else {
            whenLate(index)
            return give(back: thread, wasStuck: true)
          }
        }
        give(back: thread, wasStuck: false)
        watch.finish()
      }
      guard case .overdue(let step, let hasBegun) = await watch.wait(), clock.now < context.deadline
      else { return }
      next = hasBegun ? step + 1 : step
    }
  }

  private func takeThread() throws(Failure) -> WorkerThread {
    let idle = try state.withLock { state throws(Failure) -> WorkerThread? in
      if let thread = state.idle.popLast() { return thread }
      guard state.threads < threadLimit else { throw .exhausted(threads: threadLimit) }
      state.threads += 1
      return nil
    }
    if let idle { return idle }
    do {
      return try WorkerThread()
    } catch {
      state.withLock { $0.threads -= 1 }
      throw .noThread(error)
    }
  }

  private func countStuck() {
    state.withLock { state in
      state.stuck += 1
      state.abandoned += 1
    }
  }

  private func give(back thread: WorkerThread, wasStuck: Bool) {
    state.withLock { state in
      state.idle.append(thread)
      if wasStuck { state.stuck -= 1 }
    }
  }
}
