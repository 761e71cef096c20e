import Synchronization

/// Wakes one waiting task; a ring that nobody waits for is kept for the next wait.
final class Bell: Sendable {
  private struct State {
    var hasRung = false
    var waiting: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  /// Wakes the waiting task, or the next one that waits.
  func ring() {
    let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
      state.hasRung = state.waiting == nil
      defer { state.waiting = nil }
      return state.waiting
    }
    waiting?.resume()
  }

  /// Waits for a ring or for some milliseconds, whichever is first; returns at once when the task is cancelled.
  func wait(atMost milliseconds: Int64, clock: RouterClock) async {
    await withTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try? await clock.sleep(milliseconds) }
      tasks.addTask { await self.wait() }
      await tasks.next()
      tasks.cancelAll()
    }
  }

  private func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if state.hasRung || Task.isCancelled {
            state.hasRung = false
            return true
          }
          state.waiting = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
        defer { state.waiting = nil }
        return state.waiting
      }
      waiting?.resume()
    }
  }
}
