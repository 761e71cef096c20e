package import Concurrency
package import MetricModel
import Synchronization

/// A clock whose time is set by the test; ``timeSource`` is what the code under test takes.
package final class ManualClock: Sendable {
  /// What a sleep on the clock does.
  package enum SleepMode: Sendable {
    /// It waits until the test has moved the clock far enough.
    case waits
    /// It advances the clock itself and returns at once: an outage of a day passes in a moment.
    case advances
  }

  private struct Sleeper {
    let deadline: Duration
    let continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var monotonic: Duration = .zero
    /// The wall time at the origin of the monotonic time.
    var origin: Duration
    var nextID = 0
    var sleepers: [Int: Sleeper] = [:]
    var sleeps: [Duration] = []
  }

  private let state: Mutex<State>
  private let mode: SleepMode

  /// Makes a clock that shows a wall time.
  package init(
    at start: Timestamp = Timestamp(rawValue: 1_700_000_000_000), sleepMode: SleepMode = .waits
  ) {
    state = Mutex(State(origin: .milliseconds(start.rawValue)))
    mode = sleepMode
  }

  /// The clock as the code under test takes it.
  package var timeSource: TimeSource {
    TimeSource(
      wall: { self.state.withLock { $0.origin + $0.monotonic } },
      monotonic: { self.monotonic }, sleep: { try await self.sleep(for: $0) })
  }

  /// The wall time.
  package var now: Timestamp { timeSource.now }

  /// The time since the clock was made, which ``setWall(by:)`` does not change.
  package var monotonic: Duration { state.withLock { $0.monotonic } }

  /// Moves the clock and wakes the tasks whose sleep is over.
  package func advance(by duration: Duration) {
    let due = state.withLock { state in
      state.monotonic += duration
      let now = state.monotonic
      let due = state.sleepers.filter { $0.value.deadline <= now }
      for id in due.keys { state.sleepers[id] = nil }
      return due.values.sorted { $0.deadline < $1.deadline }
    }
    for sleeper in due { sleeper.continuation.resume() }
  }

  /// Moves the clock forward to a wall time; without effect if that is not later.
  package func advance(to time: Timestamp) {
    advance(by: max(.zero, now.duration(to: time)))
  }

  /// Sets the wall clock forward, or back by a negative duration; sleeping tasks do not notice.
  package func setWall(by shift: Duration) {
    state.withLock { $0.origin += shift }
  }

  /// The number of tasks that sleep on the clock.
  package var sleeperCount: Int { state.withLock { $0.sleepers.count } }

  /// The time until the first sleeping task wakes; nil if none sleeps.
  package var untilNextWake: Duration? {
    state.withLock { state in
      state.sleepers.values.map(\.deadline).min().map { $0 - state.monotonic }
    }
  }

  /// The durations of all sleeps so far, in the order in which they began.
  package var sleeps: [Duration] { state.withLock { $0.sleeps } }

  /// Waits until at least `count` tasks sleep on the clock.
  ///
  /// - Throws: ``WaitTimeout`` when that does not happen in time.
  package func waitForSleepers(_ count: Int, within limit: Duration = .seconds(60)) async throws {
    try await eventually("\(count) tasks sleep on the clock", within: limit) {
      sleeperCount >= count
    }
  }

  private func sleep(for duration: Duration) async throws {
    if mode == .advances {
      state.withLock { $0.sleeps.append(duration) }
      advance(by: max(.zero, duration))
      // Lets other tasks run, and ends with the task.
      try await Task.sleep(for: .milliseconds(1))
      return
    }
    let id = state.withLock { state in
      state.nextID += 1
      state.sleeps.append(duration)
      return state.nextID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let early: Result<Void, any Error>? = state.withLock { state in
          if Task.isCancelled { return .failure(CancellationError()) }
          if duration <= .zero { return .success(()) }
          state.sleepers[id] = Sleeper(
            deadline: state.monotonic + duration, continuation: continuation)
          return nil
        }
        if let early { continuation.resume(with: early) }
      }
    } onCancel: {
      state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume(
        throwing: CancellationError())
    }
  }
}
