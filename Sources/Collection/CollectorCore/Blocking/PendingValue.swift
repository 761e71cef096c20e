import Synchronization

/// A value that comes once, or too late: the first of `resolve` and the waiter's time limit wins.
final class PendingValue<Value: Sendable>: Sendable {
  private enum State {
    case empty
    case waiting(CheckedContinuation<Value?, Never>)
    case resolved(Value)
    case closed
  }

  private let state = Mutex(State.empty)

  /// Hands over the value; false if nobody waits for it any more.
  func resolve(with value: Value) -> Bool {
    let waiter: CheckedContinuation<Value?, Never>?
    switch state.withLock({ state in
      let before = state
      switch state {
      case .empty: state = .resolved(value)
      case .waiting: state = .closed
      case .resolved, .closed: break
      }
      return before
    }) {
    case .empty: return true
    case .waiting(let continuation): waiter = continuation
    case .resolved, .closed: return false
    }
    waiter?.resume(returning: value)
    return true
  }

  /// Waits for the value; nil when `patience` is over first. `onTimeout` runs exactly when nil is
  /// returned, before any later `resolve` returns false.
  func value(
    within patience: Duration, clock: CollectorClock, onTimeout: @escaping @Sendable () -> Void
  ) async -> Value? {
    var timer: Task<Void, Never>?
    let value: Value? = await withCheckedContinuation { continuation in
      let early = state.withLock { state -> Value? in
        if case .resolved(let value) = state {
          state = .closed
          return value
        }
        state = .waiting(continuation)
        return nil
      }
      if let early { return continuation.resume(returning: early) }
      timer = Task {
        guard (try? await clock.sleep(for: patience)) != nil else { return }
        self.giveUp(onTimeout)
      }
    }
    timer?.cancel()
    return value
  }

  private func giveUp(_ onTimeout: @Sendable () -> Void) {
    let waiter = state.withLock { state -> CheckedContinuation<Value?, Never>? in
      guard case .waiting(let continuation) = state else { return nil }
      onTimeout()
      state = .closed
      return continuation
    }
    waiter?.resume(returning: nil)
  }
}
