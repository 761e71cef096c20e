import Concurrency
import Synchronization

/// Collectors that run one after another on one thread.
///
/// A scrape costs one thread switch, however many collectors there are. When one hangs, its thread
/// is retired and the remaining collectors run on another.
final class ExecutionGroup: Sendable {
  let collectors: [CollectorRunState]
  private let thread = Mutex<WorkerThread?>(nil)

  init(_ collectors: [CollectorRunState]) {
    self.collectors = collectors
  }

  deinit {
    thread.withLock { $0?.retire() }
  }

  /// Runs the selected collectors one after another. None may use more than half of the remaining
  /// time, so that one that hangs leaves time for those after it.
  func run(
    _ selected: (CollectorRunState) -> Bool, until deadline: Duration, clock: TimeSource
  ) async {
    let turns = collectors.filter(selected)
    var next = 0
    while next < turns.count, !Task.isCancelled {
      let executor = currentThread()
      let watchdog = StepWatchdog(
        first: next, limit: Self.limit(of: turns[next], until: deadline, clock),
        clock: clock, onOverdue: { turns[$0].abandon() })
      // An unstructured task, because a child task would have to be awaited: a run that hangs in
      // the kernel is abandoned with its thread.
      let walk = Task(executorPreference: executor) { [first = next] in
        for index in first..<turns.count {
          let limit = Self.limit(of: turns[index], until: deadline, clock)
          guard watchdog.begin(index, limit: limit) else { return }
          await turns[index].runHere(until: limit)
        }
        watchdog.finish()
      }
      guard case .overdue(let step, let hasBegun) = await watchdog.wait() else { return }
      walk.cancel()
      abandon(executor)
      // A step that did not begin, because the thread already hung, is repeated while there is
      // time.
      next = hasBegun || clock.monotonic >= deadline ? step + 1 : step
    }
  }

  private static func limit(
    of collector: CollectorRunState, until deadline: Duration, _ clock: TimeSource
  ) -> Duration {
    let now = clock.monotonic
    let share = (deadline - now) / 2
    return now + min(collector.settings.budget ?? share, share)
  }

  /// The current thread, started if needed; nil, which means the cooperative pool, if the system
  /// gives none.
  private func currentThread() -> WorkerThread? {
    thread.withLock { thread in
      if thread == nil { thread = try? WorkerThread(name: "collect") }
      return thread
    }
  }

  /// Retires the thread unless it has already been replaced.
  private func abandon(_ hanging: WorkerThread?) {
    hanging?.retire()
    thread.withLock { thread in
      if thread === hanging { thread = nil }
    }
  }
}
