import SystemAccess
import Concurrency
import ExpositionFormat
import Synchronization

/// The state of a collector's runs: the current run, if any, its buffer, and the last result.
///
/// Decisions are made under the lock and carried out outside. An overdue run retains the buffer, so
/// that no other can start until it ends; its result is discarded.
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

  /// The result of the last finished run, and the counters so far.
  var latest: (result: CollectorResult?, counters: CollectorCounters) {
    state.withLock { ($0.last, $0.counters) }
  }

  /// Runs the collector, or joins the current run, and waits for it until the deadline at most.
  func run(until deadline: Duration, on executor: (any TaskExecutor)?) async {
    guard start(until: deadline, on: executor) else { return }
    await wait(until: deadline)
  }

  /// Runs the collector within the caller's task, or waits for the current run if there is one.
  func runHere(until deadline: Duration) async {
    switch begin(until: deadline) {
    case .new: await perform(until: deadline)
    case .underWay: await wait(until: deadline)
    case .stillHanging: return
    }
  }

  /// Marks the current run as overdue, so that its result is discarded.
  func abandon() {
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

  /// Begins a run unless one is current.
  private func begin(until deadline: Duration) -> Beginning {
    state.withLock { state in
      if let run = state.run { return run.isOverdue ? .stillHanging : .underWay }
      state.nextID += 1
      state.run = Run(id: state.nextID, deadline: deadline)
      state.counters.runs += 1
      return .new(state.nextID)
    }
  }

  /// Starts a run unless one is current. Returns false if the current one is overdue.
  private func start(until deadline: Duration, on executor: (any TaskExecutor)?) -> Bool {
    switch begin(until: deadline) {
    case .stillHanging: return false
    case .underWay: return true
    case .new(let id):
      // An unstructured task, because the caller abandons it when it hangs.
      let task = Task(executorPreference: executor) { await self.perform(until: deadline) }
      state.withLock { state in
        if state.run?.id == id { state.run?.task = task }
      }
      return true
    }
  }

  private func perform(until deadline: Duration) async {
    // Moved out rather than copied, so that the collector writes into memory that is not shared.
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
  /// Waits for the current run, and abandons it if it is overdue by then. A run is shared: the
  /// cancellation of a waiting task ends neither the run nor the wait.
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
