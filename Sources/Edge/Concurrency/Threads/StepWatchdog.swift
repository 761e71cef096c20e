import Synchronization

/// Watches somebody who takes steps one after another, and may hang in one, on behalf of somebody else who waits for the end.
///
/// The walker asks `begin` before each step; the other one's `wait` returns when all are taken, or when one is overdue. From then on
/// `begin` refuses, so that a walker that comes back late takes no further step. One timer serves all steps as long as
/// nobody is late.
package final class StepWatchdog: Sendable {
  /// How the walk ended.
  package enum End: Equatable, Sendable {
    case finished
    /// The step was overdue, or nobody waits any more; `hasBegun` is false if the walker had not even come to it.
    case overdue(step: Int, hasBegun: Bool)
  }

  private struct State {
    var step: Int
    var hasBegun = false
    var limit: Duration
    var end: End?
    /// When the timer looks next.
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

  /// Makes a watchdog over a walk that begins with a step, which must have begun and ended by `limit` on the clock.
  ///
  /// `onOverdue` is called with a step that has begun and is overdue, before `end` says so to the walker.
  package init(
    first: Int, limit: Duration, clock: TimeSource,
    onOverdue: @escaping @Sendable (Int) -> Void = { _ in }
  ) {
    self.clock = clock
    self.onOverdue = onOverdue
    state = Mutex(State(step: first, limit: limit))
  }

  /// Begins a step, which must have ended by `limit`; false if the walk was given up.
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

  /// Ends a step; false if it was given up meanwhile.
  package func end(_ step: Int) -> Bool {
    state.withLock { state in
      guard state.end == nil else { return false }
      state.step = step + 1
      state.hasBegun = false
      return true
    }
  }

  /// Ends the walk; without effect if it was given up.
  package func finish() {
    state.withLock { state in
      if state.end == nil { state.end = .finished }
    }
    changed.notify()
  }

  /// Waits for the end. If the task is cancelled the step under way counts as overdue at once.
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
