import Synchronization

/// Watches a worker that runs steps one after another and may hang in one, for a task that waits
/// for its end.
///
/// The worker calls `begin` before each step. `wait` returns when all steps are done or one is
/// overdue; from then on `begin` returns false, so that a late worker runs no further step. A
/// single timer serves all steps as long as none is late.
package final class StepWatchdog: Sendable {
  /// The result of the steps.
  package enum End: Equatable, Sendable {
    case finished
    /// The step was overdue, or the waiting task was cancelled; `hasBegun` is false if the worker
    /// had not reached the step.
    case overdue(step: Int, hasBegun: Bool)
  }

  private struct State {
    var step: Int
    var hasBegun = false
    var limit: Duration
    var end: End?
    /// When the timer checks next.
    var alarm: Duration?
  }

  private enum Look {
    case ended(End)
    case onTime(pause: Duration)
  }

  private let clock: TimeSource
  private let onOverdue: @Sendable (Int) -> Void
  private let changed = AsyncSignal()
  private let state: Mutex<State>

  /// Makes a watchdog for steps from `first` on; that step must have begun and ended by `limit` on
  /// the clock.
  ///
  /// `onOverdue` is called with a begun step that is overdue, before `end` returns false for it.
  package init(
    first: Int, limit: Duration, clock: TimeSource,
    onOverdue: @escaping @Sendable (Int) -> Void = { _ in }
  ) {
    self.clock = clock
    self.onOverdue = onOverdue
    state = Mutex(State(step: first, limit: limit))
  }

  /// Begins a step, which must end by `limit`. Returns false if the steps were given up.
  package func begin(_ step: Int, limit: Duration) -> Bool {
    let (goesOn, isEarlier) = state.withLock { state in
      guard state.end == nil else { return (false, false) }
      state.step = step
      state.hasBegun = true
      state.limit = limit
      return (true, state.alarm.map { limit < $0 } ?? false)
    }
    if isEarlier { changed.notify() }
    return goesOn
  }

  /// Ends a step. Returns false if it was given up meanwhile.
  package func end(_ step: Int) -> Bool {
    state.withLock { state in
      guard state.end == nil else { return false }
      state.step = step + 1
      state.hasBegun = false
      return true
    }
  }

  /// Ends the steps; without effect if they were given up.
  package func finish() {
    state.withLock { state in
      if state.end == nil { state.end = .finished }
    }
    changed.notify()
  }

  /// Waits for the end. If the task is cancelled, the current step counts as overdue at once.
  package func wait() async -> End {
    while true {
      switch look() {
      case .ended(let end): return end
      case .onTime(let pause): await changed.wait(atMost: pause, clock: clock)
      }
    }
  }

  private func look() -> Look {
    let now = clock.monotonic
    return state.withLock { state in
      if let end = state.end { return .ended(end) }
      guard state.limit <= now || Task.isCancelled else {
        state.alarm = state.limit
        return .onTime(pause: state.limit - now)
      }
      if state.hasBegun { onOverdue(state.step) }
      let end = End.overdue(step: state.step, hasBegun: state.hasBegun)
      state.end = end
      return .ended(end)
    }
  }
}
