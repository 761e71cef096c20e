import Synchronization

/// A collector's place in the runner: at most one run at a time, its buffer, and its last result.
///
/// Decisions are made under the lock and carried out outside. A run that outlives its deadline keeps
/// the buffer, so it cannot be started again until it ends; what it brings then is thrown away.
final class CollectorSlot: Sendable {
  /// How a wait for a run ended.
  enum Outcome: Sendable {
    case finished
    /// The waiter's patience ended first.
    case late
    /// An earlier run still hangs.
    case stillHanging
  }

  private struct Run {
    let id: UInt64
    let deadline: Duration
    var task: Task<Void, Never>?
    var isOverdue = false
    var waiters: [UInt64: CheckedContinuation<Outcome, Never>] = [:]
  }

  private struct State {
    var buffer: FamilyBuffer?
    var run: Run?
    var nextID: UInt64 = 0
    var last: CollectorResult?
    var tallies = CollectorTallies()

    mutating func markOverdue() {
      run?.isOverdue = true
      tallies.timeouts += 1
      var result = last ?? CollectorResult(state: .timeout)
      result.state = .timeout
      result.message = "the run was overdue and was left behind"
      last = result
    }
  }

  let settings: ScheduledCollector
  private let clock: CollectorClock
  private let state: Mutex<State>

  init(_ settings: ScheduledCollector, clock: CollectorClock) {
    self.settings = settings
    self.clock = clock
    state = Mutex(
      State(
        buffer: FamilyBuffer(
          constantLabels: settings.constantLabels, limits: settings.limits)))
  }

  /// The last finished run and the tallies.
  var standing: (last: CollectorResult?, tallies: CollectorTallies) {
    state.withLock { ($0.last, $0.tallies) }
  }

  /// Runs the collector, or joins the run under way, and waits until the deadline at most.
  func run(until deadline: Duration, on executor: (any TaskExecutor)?) async -> Outcome {
    guard start(until: deadline, on: executor) else { return .stillHanging }
    return await wait(until: deadline)
  }

  /// Runs the collector within the caller's task; if a run is under way already, waits for that one.
  func runHere(until deadline: Duration) async {
    switch begin(until: deadline) {
    case .new: await perform(until: deadline)
    case .underWay: _ = await wait(until: deadline)
    case .stillHanging: return
    }
  }

  /// Marks the run under way as overdue: what it brings will be thrown away.
  func leaveBehind() {
    state.withLock { state in
      guard let run = state.run, !run.isOverdue else { return }
      state.markOverdue()
    }
  }

  private enum Beginning {
    case new(UInt64)
    case underWay
    case stillHanging
  }

  /// Takes the place of the run, unless one has it.
  private func begin(until deadline: Duration) -> Beginning {
    state.withLock { state in
      if let run = state.run { return run.isOverdue ? .stillHanging : .underWay }
      state.nextID += 1
      state.run = Run(id: state.nextID, deadline: deadline)
      state.tallies.runs += 1
      return .new(state.nextID)
    }
  }

  /// Starts a run unless one is under way; false if that one is overdue.
  private func start(until deadline: Duration, on executor: (any TaskExecutor)?) -> Bool {
    switch begin(until: deadline) {
    case .stillHanging: return false
    case .underWay: return true
    case .new(let id):
      let task = Task(executorPreference: executor) { await self.perform(until: deadline) }
      state.withLock { state in
        if state.run?.id == id { state.run?.task = task }
      }
      return true
    }
  }

  private func perform(until deadline: Duration) async {
    // Taken out, not copied, so that the collector writes into memory that nobody shares.
    let taken = state.withLock { state in
      let buffer = state.buffer
      state.buffer = nil
      return buffer
    }
    guard var buffer = taken else { return }
    let started = clock.now
    let context = ScrapeContext(clock: clock, budget: max(.zero, deadline - started))
    var result = CollectorResult(state: .ok)
    buffer.beginScrape()
    do {
      try await settings.collector.collect(into: &buffer, context: context)
      result.text = buffer.render()
    } catch let error as NoData {
      result.state = .noData
      result.message = error.reason
    } catch {
      result.state = .error
      result.message = String(describing: error)
    }
    result.finished = clock.now
    result.duration = result.finished - started
    finish(buffer, result)
  }

  private func finish(_ buffer: FamilyBuffer, _ result: CollectorResult) {
    let problems = buffer.problems
    let waiters = state.withLock { state in
      let run = state.run
      state.run = nil
      state.buffer = buffer
      state.tallies.problems = problems
      if let run, run.isOverdue { return run.waiters }
      if result.state == .error { state.tallies.failures += 1 }
      state.last = result
      return run?.waiters ?? [:]
    }
    for waiter in waiters.values { waiter.resume(returning: .finished) }
  }
}

extension CollectorSlot {
  private func wait(until deadline: Duration) async -> Outcome {
    var timer: Task<Void, Never>?
    let outcome: Outcome = await withCheckedContinuation { continuation in
      let id = state.withLock { state -> UInt64? in
        guard state.run != nil else { return nil }
        state.nextID += 1
        state.run?.waiters[state.nextID] = continuation
        return state.nextID
      }
      guard let id else { return continuation.resume(returning: .finished) }
      timer = Task {
        guard (try? await self.clock.sleep(for: max(.zero, deadline - self.clock.now))) != nil
        else { return }
        self.giveUp(waiter: id, at: deadline)
      }
    }
    timer?.cancel()
    return outcome
  }

  private func giveUp(waiter id: UInt64, at deadline: Duration) {
    let (waiter, overdue) = state.withLock {
      state -> (CheckedContinuation<Outcome, Never>?, Task<Void, Never>?) in
      guard let waiter = state.run?.waiters.removeValue(forKey: id) else { return (nil, nil) }
      guard let run = state.run, !run.isOverdue, deadline >= run.deadline else {
        return (waiter, nil)
      }
      state.markOverdue()
      return (waiter, run.task)
    }
    overdue?.cancel()
    waiter?.resume(returning: .late)
  }
}
