import Synchronization

/// Wakes one waiting task. A notification without a waiter is stored for the next wait; several are
/// stored as one.
package final class AsyncSignal: Sendable {
  private struct State {
    var isNotified = false
    var waiters = Waiters()
  }

  private let state = Mutex(State())

  /// Makes a signal without a stored notification.
  package init() {}

  /// Wakes the task that has waited longest, or stores the notification if none waits.
  package func notify() {
    let waiter = state.withLock { state -> CheckedContinuation<Bool, Never>? in
      let waiter = state.waiters.popFirst()
      if waiter == nil { state.isNotified = true }
      return waiter
    }
    waiter?.resume(returning: true)
  }

  /// Waits for a notification. Returns false if the task was cancelled first.
  @discardableResult
  package func wait() async -> Bool {
    let number = state.withLock { $0.waiters.takeNumber() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer = state.withLock { state -> Bool? in
          if state.isNotified {
            state.isNotified = false
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

  /// Waits for a notification up to a time limit. Returns false if none came or the task was
  /// cancelled first.
  @discardableResult
  package func wait(atMost limit: Duration, clock: TimeSource = .system) async -> Bool {
    await withDeadline(after: limit, clock: clock) { await self.wait() }
  }
}
