import Synchronization

/// Steps that somebody takes one after another and may hang in, and somebody else who waits for the end.
///
/// The walker asks `begin` before each step; the watcher's `wait` returns when all are taken, or when one is overdue. From then on
/// `begin` refuses, so that a walker that comes back late takes no further step. One timer serves all steps as long as
/// nobody is late.
final class StepWatch: Sendable {
  /// How the walk ended.
  enum End: Equatable, Sendable {
    case finished
    /// The step was overdue; `hasBegun` is false if the walker had not even come to it.
    case overdue(step: Int, hasBegun: Bool)
  }

  private struct State {
    var step: Int
    var hasBegun = false
    var limit: Duration
    var end: End?
    var waiter: CheckedContinuation<End, Never>?
    var timer: Task<Void, Never>?
    /// When the timer looks next.
    var alarm: Duration?

    /// Sets the end, unless there is one, and returns who waits for it.
    mutating func settle(_ end: End) -> CheckedContinuation<End, Never>? {
      guard self.end == nil else { return nil }
      self.end = end
      defer { waiter = nil }
      return waiter
    }
  }

  private let clock: CollectorClock
  private let onOverdue: @Sendable (Int) -> Void
  private let state: Mutex<State>

  /// Makes a watch over a walk that begins with a step, which must have begun and ended by `limit`.
  ///
  /// `onOverdue` is called with a step that has begun and is overdue, before `end` says so to the walker.
  init(
    first: Int, limit: Duration, clock: CollectorClock,
    onOverdue: @escaping @Sendable (Int) -> Void = { _ in }
  ) {
    self.clock = clock
    self.onOverdue = onOverdue
    state = Mutex(State(step: first, limit: limit))
  }

  /// Begins a step; false if the walk was given up.
  func begin(_ step: Int, limit: Duration) -> Bool {
    let (goesOn, isEarlier) = state.withLock { state in
      guard state.end == nil else { return (false, false) }
      state.step = step
      state.hasBegun = true
      state.limit = limit
      return (true, state.alarm.map { limit < $0 } ?? false)
    }
    if isEarlier { startTimer() }
    return goesOn
  }

  /// Ends a step; false if it was given up meanwhile.
  func end(_ step: Int) -> Bool {
    state.withLock { state in
      guard state.end == nil else { return false }
      state.step = step + 1
      state.hasBegun = false
      return true
    }
  }

  /// Ends the walk; without effect if it was given up.
  func finish() {
    let waiter = state.withLock { $0.settle(.finished) }
    waiter?.resume(returning: .finished)
  }

  /// Waits for the end.
  func wait() async -> End {
    if let early = state.withLock({ $0.end }) { return early }
    startTimer()
    let end = await withCheckedContinuation { continuation in
      let early = state.withLock { state -> End? in
        if state.end == nil { state.waiter = continuation }
        return state.end
      }
      if let early { continuation.resume(returning: early) }
    }
    state.withLock { $0.timer }?.cancel()
    return end
  }

  /// Starts the timer, in place of one that would look too late.
  private func startTimer() {
    let timer = Task {
      while let pause = self.nextPause() {
        guard (try? await self.clock.sleep(for: pause)) != nil else { return }
      }
    }
    state.withLock { state in
      let before = state.timer
      state.timer = timer
      return before
    }?.cancel()
  }

  /// How long to wait before looking again; nil when the walk has ended, be it because a step is overdue now.
  private func nextPause() -> Duration? {
    let now = clock.now
    var overdue: (waiter: CheckedContinuation<End, Never>?, end: End)?
    let pause = state.withLock { state -> Duration? in
      guard state.end == nil else { return nil }
      guard state.limit <= now else {
        state.alarm = state.limit
        return state.limit - now
      }
      let end = End.overdue(step: state.step, hasBegun: state.hasBegun)
      if state.hasBegun { onOverdue(state.step) }
      overdue = (state.settle(end), end)
      return nil
    }
    if let overdue { overdue.waiter?.resume(returning: overdue.end) }
    return pause
  }
}
