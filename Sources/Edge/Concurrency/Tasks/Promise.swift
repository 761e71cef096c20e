import Synchronization

/// A value that is set once and delivered to every task that waits for it.
package final class Promise<Value: Sendable>: Sendable {
  private struct State {
    var value: Value?
    var waiters = Waiters()
  }

  private let state = Mutex(State())

  /// Makes a promise without a value.
  package init() {}

  /// The value; nil if it is not set yet.
  package var current: Value? { state.withLock { $0.value } }

  /// Whether the value is set.
  package var isFulfilled: Bool { state.withLock { $0.value != nil } }

  /// Sets the value. Returns false, without a change, if it is already set.
  ///
  /// If this call sets it, `body` runs under the promise's lock before any task can see the value.
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

  /// Waits for the value, even in a cancelled task; meant for work that ends by itself.
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

  /// Waits for the value. Returns nil if the task was cancelled first.
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

  /// Waits for the value up to a time limit. After that, or when the task is cancelled, sets
  /// `fallback` unless a value is already set. `body` is as in ``fulfill(_:before:)``.
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

  /// Suspends the task until the value is set.
  private func suspend(
    _ continuation: CheckedContinuation<Bool, Never>, number: UInt64?, unlessCancelled: Bool
  ) -> Bool {
    state.withLock { state in
      guard state.value == nil else { return false }
      // A cancellation before this point had no continuation to resume.
      if unlessCancelled, Task.isCancelled { return false }
      state.waiters.append(continuation, number: number ?? state.waiters.takeNumber())
      return true
    }
  }
}
