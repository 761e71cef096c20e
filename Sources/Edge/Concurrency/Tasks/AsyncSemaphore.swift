import Synchronization

/// Limits how many tasks do something at the same time; others wait in order of arrival.
///
/// A task leaves the queue when it is cancelled or has waited for its whole time limit.
package final class AsyncSemaphore: Sendable {
  private struct State {
    var free: Int
    var waiters = Waiters()
  }

  /// The maximum number of tasks at the same time.
  package let permits: Int
  private let state: Mutex<State>

  /// Makes a semaphore with at least one permit.
  package init(permits: Int) {
    precondition(permits > 0, "a semaphore needs at least one permit")
    self.permits = permits
    state = Mutex(State(free: permits))
  }

  /// The number of tasks that wait for a permit.
  package var waitingCount: Int { state.withLock { $0.waiters.count } }

  /// Takes a permit, waiting for one up to the limit. Each call that does not throw must be matched
  /// by one ``release()``.
  ///
  /// A cancelled task still gets a permit that is free.
  ///
  /// - Throws: `.timedOut` or `.cancelled`; in both cases no permit is held.
  package func acquire(
    within limit: Duration? = nil, clock: TimeSource = .system
  ) async throws(WaitError) {
    if tryAcquire() { return }
    let hasPermit =
      if let limit {
        await withDeadline(after: limit, clock: clock) { await self.wait() }
      } else {
        await wait()
      }
    if hasPermit { return }
    throw Task.isCancelled ? .cancelled : .timedOut(after: limit ?? .zero)
  }

  /// Takes a permit if one is free. Returns false if none is.
  package func tryAcquire() -> Bool {
    state.withLock { state in
      guard state.free > 0 else { return false }
      state.free -= 1
      return true
    }
  }

  /// Returns a permit, to the task that has waited longest if there is one.
  package func release() {
    let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
      if let next = state.waiters.popFirst() { return next }
      precondition(state.free < permits, "a permit was released that nobody held")
      state.free += 1
      return nil
    }
    next?.resume(returning: true)
  }

  private func wait() async -> Bool {
    let number = state.withLock { $0.waiters.takeNumber() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer = state.withLock { state -> Bool? in
          if state.free > 0 {
            state.free -= 1
            return true
          }
          // A cancellation before this point had no continuation to resume.
          if Task.isCancelled { return false }
          state.waiters.append(continuation, number: number)
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      state.withLock { $0.waiters.remove(number: number) }?.resume(returning: false)
    }
  }
}

/// The reason why a task did not get what it waited for.
package enum WaitError: Error, Equatable, CustomStringConvertible {
  /// The task was cancelled.
  case cancelled
  /// The time limit passed.
  case timedOut(after: Duration)

  package var description: String {
    switch self {
    case .cancelled: "the wait was cancelled"
    case .timedOut(let limit): "waited for \(limit) in vain"
    }
  }
}
