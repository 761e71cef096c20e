import Synchronization

/// A value that comes once: the first one counts, and every task that waits gets it.
package final class Promise<Value: Sendable>: Sendable {
  private struct State {
    var value: Value?
    var waiters = Waiters()
  }

  private let state = Mutex(State())

  /// Makes a promise without a value.
  package init() {}

  /// The value, if it is there.
  package var current: Value? { state.withLock { $0.value } }

  /// Whether the value is there.
  package var isFulfilled: Bool { state.withLock { $0.value != nil } }

  /// Sets the value; false if there was one before, which stays.
  ///
  /// If this value is the first, `body` runs before anybody can see it, under the promise's lock.
  @discardableResult
  package func fulfill(_ value: Value, before body: () -> Void = {}) -> Bool {
    let waiters = state.withLock { state -> [CheckedContinuation<Bool, Never>]? in
      guard state.value == nil else { return nil }
      body()
      state.value = value
      return state.waiters.removeAll()
    }
    guard let waiters else { return false }
    for waiter in waiters { waiter.resume(returning: true) }
    return true
  }

  /// Waits for the value, also in a task that was cancelled: for what has an end of its own.
  package var value: Value {
    get async {
      while true {
        if let value = current { return value }
        _ = await withCheckedContinuation { continuation in
          if !suspend(continuation, number: nil, unlessCancelled: false) {
            continuation.resume(returning: true)
          }
        }
      }
    }
  }

  /// Waits for the value; nil if the task was cancelled before it came.
  @discardableResult
  package func valueUnlessCancelled() async -> Value? {
    let number = state.withLock { $0.waiters.takeNumber() }
    _ = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if !suspend(continuation, number: number, unlessCancelled: true) {
          continuation.resume(returning: false)
        }
      }
    } onCancel: {
      state.withLock { $0.waiters.remove(number: number) }?.resume(returning: false)
    }
    return current
  }

  /// Waits for the value for so long at most; after that, or when the task is cancelled, sets `fallback` instead, which
  /// counts if it is the first. `body` is as in ``fulfill(_:before:)``.
  package func value(
    within limit: Duration?, clock: TimeSource, orElse fallback: Value,
    before body: () -> Void = {}
  ) async -> Value {
    let timely =
      if let limit {
        await withDeadline(after: limit, clock: clock) { await self.valueUnlessCancelled() }
      } else {
        await valueUnlessCancelled()
      }
    if let timely { return timely }
    fulfill(fallback, before: body)
    return await value
  }

  /// Has a task wait, unless the value is there.
  private func suspend(
    _ continuation: CheckedContinuation<Bool, Never>, number: UInt64?, unlessCancelled: Bool
  ) -> Bool {
    state.withLock { state in
      guard state.value == nil else { return false }
      // A cancellation that came before found nobody to wake.
      if unlessCancelled, Task.isCancelled { return false }
      state.waiters.append(continuation, number: number ?? state.waiters.takeNumber())
      return true
    }
  }
}
