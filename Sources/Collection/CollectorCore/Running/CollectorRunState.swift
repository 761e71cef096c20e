import SystemAccess
import Concurrency
import ExpositionFormat
import Synchronization

/// The state of a collector's runs: the one under way, if any, its buffer, and the last result.
///
/// Decisions are made under the lock and carried out outside. A run that outlives its deadline keeps
/// the buffer, so it cannot be started again until it ends; what it brings then is thrown away.
final class CollectorRunState: Sendable {
  private struct Run {
    let id: UInt64
    let deadline: Duration
    var task: Task<Void, Never>?
    var isOverdue = false
    let ended = Promise<Void>()
  }

  private struct State {
    var buffer: FamilyBuffer?
    var run: Run?
    var nextID: UInt64 = 0
    var last: CollectorResult?
    var counters = CollectorCounters()

    mutating func markOverdue() {
      run?.isOverdue = true
      counters.timeouts += 1
      var result = last ?? CollectorResult(state: .timeout)
      result.state = .timeout
      result.message = "the run was overdue and was left behind"
      last = result
    }
  }

  let settings: ScheduledCollector
  private let clock: TimeSource
  private let state: Mutex<State>

  init(_ settings: ScheduledCollector, clock: TimeSource) {
    self.settings = settings
    self.clock = clock
    state = Mutex(
      State(
        buffer: FamilyBuffer(
          constantLabels: settings.constantLabels, limits: settings.limits)))
  }

  /// What the last finished run left, and what was done so far.
  var latest: (result: CollectorResult?, counters: CollectorCounters) {
    state.withLock { ($0.last, $0.counters) }
  }

  /// Runs the collector, or joins the run under way, and waits until the deadline at most.
  func run(until deadline: Duration, on executor: (any TaskExecutor)?) async {
    guard start(until: deadline, on: executor) else { return }
    await wait(until: deadline)
  }

  /// Runs the collector within the caller's task; if a run is under way already, waits for that one.
  func runHere(until deadline: Duration) async {
    switch begin(until: deadline) {
    case .new: await perform(until: deadline)
    case .underWay: await wait(until: deadline)
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

  /// Begins a run, unless one is under way.
  private func begin(until deadline: Duration) -> Beginning {
    state.withLock { state in
      if let run = state.run { return run.isOverdue ? .stillHanging : .underWay }
      state.nextID += 1
      state.run = Run(id: state.nextID, deadline: deadline)
      state.counters.runs += 1
      return .new(state.nextID)
    }
  }

  /// Starts a run unless one is under way; false if that one is overdue.
  private func start(until deadline: Duration, on executor: (any TaskExecutor)?) -> Bool {
    switch begin(until: deadline) {
    case .stillHanging: return false
    case .underWay: return true
    case .new(let id):
      // Not a child of the caller, who leaves it behind when it hangs.
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
    let started = clock.monotonic
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
    result.finished = clock.monotonic
    result.duration = result.finished - started
    finish(buffer, result)
  }

  private func finish(_ buffer: FamilyBuffer, _ result: CollectorResult) {
    let problems = buffer.problems
    let run = state.withLock { state -> Run? in
      let run = state.run
      state.run = nil
      state.buffer = buffer
      state.counters.problems = problems
      if let run, run.isOverdue { return run }
      if result.state == .error { state.counters.failures += 1 }
      state.last = result
      return run
    }
    run?.ended.fulfill(())
  }
}

extension CollectorRunState {
  /// Waits for the run under way; one that is overdue by then is left behind. A run is shared: it goes on when a task that
  /// waits for it is cancelled, and so does the wait.
  private func wait(until deadline: Duration) async {
    guard let run = state.withLock({ $0.run }) else { return }
    await withCancellationShield { [clock] in
      await withDeadline(after: max(.zero, deadline - clock.monotonic), clock: clock) {
        await run.ended.valueUnlessCancelled()
      }
    }
    if !run.ended.isFulfilled { giveUp(run.id, at: deadline) }
  }

  private func giveUp(_ id: UInt64, at deadline: Duration) {
    let overdue = state.withLock { state -> Task<Void, Never>? in
      guard let run = state.run, run.id == id, !run.isOverdue, deadline >= run.deadline else {
        return nil
      }
      state.markOverdue()
      return run.task
    }
    overdue?.cancel()
  }
}
