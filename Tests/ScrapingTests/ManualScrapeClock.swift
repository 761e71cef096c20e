import MetricModel
import Scraping
import Synchronization

/// A clock that stands still until the test moves it.
final class ManualScrapeClock: ScrapeClock {
  private struct Sleeper {
    let wakesAt: Int64
    let continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var milliseconds: Int64
    /// How far the wall clock was set.
    var shift: Int64 = 0
    var next = 0
    var sleepers: [Int: Sleeper] = [:]
    var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state: Mutex<State>

  init(at milliseconds: Int64 = 1_700_000_000_000) {
    state = Mutex(State(milliseconds: milliseconds))
  }

  func now() -> Timestamp { Timestamp(rawValue: state.withLock { $0.milliseconds + $0.shift }) }
  func elapsed() -> Duration { .milliseconds(state.withLock { $0.milliseconds }) }

  func sleep(for duration: Duration) async throws {
    let id = state.withLock { state in
      state.next += 1
      return state.next
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let watchers: [CheckedContinuation<Void, Never>]? = state.withLock { state in
          if Task.isCancelled { return nil }
          let length = Int64((duration / .milliseconds(1)).rounded())
          state.sleepers[id] = Sleeper(
            wakesAt: state.milliseconds + length, continuation: continuation)
          return Self.takeWatchers(&state)
        }
        guard let watchers else { return continuation.resume(throwing: CancellationError()) }
        for watcher in watchers { watcher.resume() }
      }
    } onCancel: {
      state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume(
        throwing: CancellationError())
    }
  }

  /// Returns when as many tasks sleep.
  func waitForSleepers(_ count: Int) async {
    await withCheckedContinuation { continuation in
      let watchers = state.withLock { state in
        state.watchers.append((count, continuation))
        return Self.takeWatchers(&state)
      }
      for watcher in watchers { watcher.resume() }
    }
  }

  /// Moves the clock and wakes whoever is due.
  func advance(milliseconds: Int64) {
    let due = state.withLock { state in
      state.milliseconds += milliseconds
      let now = state.milliseconds
      let due = state.sleepers.filter { $0.value.wakesAt <= now }
      for id in due.keys { state.sleepers[id] = nil }
      return due.values.map(\.continuation)
    }
    for continuation in due { continuation.resume() }
  }

  /// Sets the wall clock; what sleeps is not woken, because sleeping goes by the other clock.
  func setWall(by milliseconds: Int64) {
    state.withLock { $0.shift += milliseconds }
  }

  /// The time until the next sleeper is due.
  var untilNext: Int64? {
    state.withLock { state in
      state.sleepers.values.map(\.wakesAt).min().map { $0 - state.milliseconds }
    }
  }

  private static func takeWatchers(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
    let count = state.sleepers.count
    let ready = state.watchers.filter { $0.count <= count }.map(\.continuation)
    state.watchers.removeAll { $0.count <= count }
    return ready
  }
}
