import PromQLEngine
import Synchronization

/// Lets a limited number of queries run at the same time; others wait in order.
///
/// A query that is cancelled, or that has waited for its whole timeout, leaves the queue.
final class QueryGate: Sendable {
  private struct State {
    var free: Int
    /// In the order of arrival, which is that of the numbers.
    var waiting: [(id: UInt64, turn: CheckedContinuation<Bool, Never>)] = []
    /// Callers without a place: true if one gave up before it could wait.
    var undecided: [UInt64: Bool] = [:]
    var nextID: UInt64 = 0
  }

  private let state: Mutex<State>

  private let counters: QueryCounters

  init(limit: Int, _ counters: QueryCounters = QueryCounters()) {
    state = Mutex(State(free: max(1, limit)))
    self.counters = counters
  }

  /// Waits for a place, at most for the timeout; every call that does not throw needs one `leave()`.
  func enter(within timeout: Duration?) async throws(QueryError) {
    counters.change { $0.waiting += 1 }
    defer { counters.change { $0.waiting -= 1 } }
    try await takePlace(within: timeout)
    counters.change { $0.running += 1 }
  }

  private func takePlace(within timeout: Duration?) async throws(QueryError) {
    let isFree = state.withLock { state in
      guard state.free > 0 else { return false }
      state.free -= 1
      return true
    }
    if isFree { return }
    let id = state.withLock { state in
      state.nextID += 1
      state.undecided[state.nextID] = false
      return state.nextID
    }
    let alarm = timeout.map { timeout in
      Task { [self] in
        try await Task.sleep(for: timeout)
        giveUp(id)
      }
    }
    let hasPlace = await withTaskCancellationHandler {
      await wait(id)
    } onCancel: {
      giveUp(id)
    }
    alarm?.cancel()
    state.withLock { _ = $0.undecided.removeValue(forKey: id) }
    if hasPlace { return }
    if Task.isCancelled { throw .cancelled }
    throw .timedOut(after: timeout ?? .zero)
  }

  private func wait(_ id: UInt64) async -> Bool {
    await withCheckedContinuation { continuation in
      let answer = state.withLock { state -> Bool? in
        if state.undecided[id] == true { return false }
        guard state.free == 0 else {
          state.free -= 1
          return true
        }
        state.waiting.append((id, continuation))
        return nil
      }
      if let answer { continuation.resume(returning: answer) }
    }
  }

  private func giveUp(_ id: UInt64) {
    let turn = state.withLock { state -> CheckedContinuation<Bool, Never>? in
      guard let place = state.waiting.firstIndex(where: { $0.id == id }) else {
        if state.undecided[id] != nil { state.undecided[id] = true }
        return nil
      }
      return state.waiting.remove(at: place).turn
    }
    turn?.resume(returning: false)
  }

  /// Gives the place to the next one.
  func leave() {
    counters.change { $0.running -= 1 }
    let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
      guard !state.waiting.isEmpty else {
        state.free += 1
        return nil
      }
      return state.waiting.removeFirst().turn
    }
    next?.resume(returning: true)
  }
}
