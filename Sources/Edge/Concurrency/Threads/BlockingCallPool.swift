import Synchronization

/// Runs C calls that cannot be interrupted, such as `getaddrinfo` or `statfs` on an unresponsive
/// mount, on a bounded number of threads that can be abandoned.
///
/// An overdue call is abandoned: its caller continues, and the call occupies its thread until the
/// kernel returns. Until then it counts in ``stuckCount`` and in ``BlockedThreads``. When all
/// threads are busy or stuck, further calls fail at once rather than queue.
package final class BlockingCallPool: Sendable {
  private struct State {
    var idle: [WorkerThread] = []
    var threads = 0
    var stuck = 0
    var abandoned: UInt64 = 0
  }

  /// The name in errors and metrics; metrics add up pools of the same name.
  package let name: String
  /// The maximum number of threads, stuck ones included.
  package let threadLimit: Int
  /// The maximum number of idle threads; further ones end.
  package let idleLimit: Int
  private let state = Mutex(State())

  /// Makes a pool, whose threads start on demand.
  package init(name: String, threadLimit: Int = 8, idleLimit: Int = .max) {
    precondition(threadLimit > 0, "a pool needs at least one thread")
    self.name = name
    self.threadLimit = threadLimit
    self.idleLimit = idleLimit
    BlockedThreads.change(name, by: 0)
  }

  deinit {
    state.withLock { state in for thread in state.idle { thread.retire() } }
  }

  /// The number of abandoned calls that have not returned yet.
  package var stuckCount: Int { state.withLock { $0.stuck } }
  /// The total number of abandoned calls.
  package var abandonedCount: UInt64 { state.withLock { $0.abandoned } }

  /// Runs `body` on a thread and waits for its result up to the limit, without blocking the calling
  /// task's thread.
  ///
  /// An abandoned call continues, so `body` must own everything that it uses. `onTimeout` is called
  /// when the call is abandoned; `whenLate` is called after it, on the call's thread, with the late
  /// result.
  ///
  /// - Throws: `.overdue`, `.cancelled`, `.exhausted` or `.noThread`.
  package func run<Value: Sendable>(
    within limit: Duration? = nil, clock: TimeSource = .system,
    _ body: @escaping @Sendable () -> Value,
    whenLate: @escaping @Sendable (Value) -> Void = { _ in }, onTimeout: () -> Void = {}
  ) async throws(BlockingCallError) -> Value {
    let thread = try takeThread()
    let outcome = Promise<Value?>()
    thread.submit { [self] in
      let value = body()
      guard !outcome.fulfill(value) else { return giveBack(thread, wasStuck: false) }
      whenLate(value)
      giveBack(thread, wasStuck: true)
    }
    let value = await outcome.value(within: limit, clock: clock, orElse: nil) {
      countStuck()
      onTimeout()
    }
    guard let value else { throw Task.isCancelled ? .cancelled(name) : .overdue(name) }
    return value
  }

  /// Runs `body` on a thread and blocks the calling thread until it returns or the deadline has
  /// passed. Must not be called on the cooperative pool.
  ///
  /// - Throws: `.overdue`, `.exhausted` or `.noThread`.
  package func runBlocking<Value: Sendable>(
    until deadline: ContinuousClock.Instant, _ body: @escaping @Sendable () -> Value
  ) throws(BlockingCallError) -> Value {
    let thread = try takeThread()
    let outcome = ThreadGate(BlockingOutcome<Value>.pending)
    thread.submit { [self] in
      let value = body()
      let isLate = outcome.withLock { $0.finish(.returned(value)) }
      outcome.signal()
      giveBack(thread, wasStuck: isLate)
    }
    if let value = outcome.wait(until: deadline, { $0.value }) { return value }
    // The call may have returned after the wait ended.
    let value = outcome.withLock { outcome in
      if !outcome.finish(.abandoned) { countStuck() }
      return outcome.value
    }
    guard let value else { throw .overdue(name) }
    return value
  }

  /// Runs `body` on a thread without waiting for it; the call counts as stuck until it returns.
  ///
  /// - Throws: `.exhausted` or `.noThread`.
  package func start(_ body: @escaping @Sendable () -> Void) throws(BlockingCallError) {
    let thread = try takeThread()
    change(stuckBy: 1)
    thread.submit { [self] in
      body()
      giveBack(thread, wasStuck: true)
    }
  }

  /// Runs `body` for each number below `count`, one after another on one thread, and waits for all.
  ///
  /// A call that takes longer than `limit`, or runs past the deadline, is abandoned with its
  /// thread; the remaining calls run on another thread. `onTimeout` and `whenLate` are as in `run`.
  /// Costs one thread switch for all calls together.
  ///
  /// - Throws: `.exhausted` or `.noThread`; calls before the one without a thread were made.
  package func runEach(
    count: Int, until deadline: Duration, limit: Duration, clock: TimeSource = .system,
    _ body: @escaping @Sendable (Int) -> Void,
    whenLate: @escaping @Sendable (Int) -> Void = { _ in },
    onTimeout: @escaping @Sendable (Int) -> Void = { _ in }
  ) async throws(BlockingCallError) {
    @Sendable func due() -> Duration { min(clock.monotonic + limit, deadline) }
    var next = 0
    while next < count {
      let thread = try takeThread()
      let watchdog = StepWatchdog(first: next, limit: due(), clock: clock) { step in
        self.countStuck()
        onTimeout(step)
      }
      thread.submit { [self, first = next] in
        for index in first..<count {
          guard watchdog.begin(index, limit: due()) else {
            return giveBack(thread, wasStuck: false)
          }
          body(index)
          guard watchdog.end(index) else {
            whenLate(index)
            return giveBack(thread, wasStuck: true)
          }
        }
        giveBack(thread, wasStuck: false)
        watchdog.finish()
      }
      guard case .overdue(let step, let hasBegun) = await watchdog.wait(),
        clock.monotonic < deadline,
        !Task.isCancelled
      else { return }
      next = hasBegun ? step + 1 : step
    }
  }

  private func takeThread() throws(BlockingCallError) -> WorkerThread {
    let idle = try state.withLock { state throws(BlockingCallError) -> WorkerThread? in
      if let thread = state.idle.popLast() { return thread }
      guard state.threads < threadLimit else {
        throw .exhausted(name, threads: threadLimit)
      }
      state.threads += 1
      return nil
    }
    if let idle { return idle }
    do {
      return try WorkerThread(name: name)
    } catch {
      state.withLock { $0.threads -= 1 }
      throw error
    }
  }

  private func countStuck() {
    state.withLock { $0.abandoned += 1 }
    change(stuckBy: 1)
  }

  private func change(stuckBy difference: Int) {
    state.withLock { $0.stuck += difference }
    BlockedThreads.change(name, by: difference)
  }

  private func giveBack(_ thread: WorkerThread, wasStuck: Bool) {
    let isSurplus = state.withLock { state in
      guard state.idle.count < idleLimit else {
        state.threads -= 1
        return true
      }
      state.idle.append(thread)
      return false
    }
    if isSurplus { thread.retire() }
    if wasStuck { change(stuckBy: -1) }
  }
}

/// The state of a call that another thread waits for.
private enum BlockingOutcome<Value: Sendable>: Sendable {
  case pending
  case returned(Value)
  case abandoned

  var value: Value? {
    if case .returned(let value) = self { value } else { nil }
  }

  /// Sets the end. Returns true, without a change, if it is already set.
  mutating func finish(_ end: BlockingOutcome) -> Bool {
    guard case .pending = self else { return true }
    self = end
    return false
  }
}
