import Synchronization

/// Collectors that take turns on one thread.
///
/// A scrape costs one change of threads, however many collectors there are. When one hangs, its thread is retired and the rest
/// go on with another.
final class CollectorCrew: Sendable {
  let slots: [CollectorSlot]
  private let thread = Mutex<WorkerThread?>(nil)

  init(slots: [CollectorSlot]) {
    self.slots = slots
  }

  deinit {
    thread.withLock { $0?.retire() }
  }

  /// Runs the selected collectors one after another. None may use more than half of the time that is
  /// left, so that one that hangs leaves some for those behind it.
  func run(
    _ selected: (CollectorSlot) -> Bool, until deadline: Duration, clock: CollectorClock
  ) async {
    let turns = slots.filter(selected)
    var next = 0
    while next < turns.count {
      let executor = currentThread()
      let watch = StepWatch(
        first: next, limit: Self.limit(of: turns[next], until: deadline, clock), clock: clock,
        onOverdue: { turns[$0].leaveBehind() })
      let walk = Task(executorPreference: executor) { [first = next] in
        for index in first..<turns.count {
          let limit = Self.limit(of: turns[index], until: deadline, clock)
          guard watch.begin(index, limit: limit) else { return }
          await turns[index].runHere(until: limit)
        }
        watch.finish()
      }
      guard case .overdue(let step, let hasBegun) = await watch.wait() else { return }
      walk.cancel()
      abandon(executor)
      // A turn that never came, because the thread hung already, is taken again, while there is time.
      next = hasBegun || clock.now >= deadline ? step + 1 : step
    }
  }

  private static func limit(
    of slot: CollectorSlot, until deadline: Duration, _ clock: CollectorClock
  ) -> Duration {
    let now = clock.now
    let share = (deadline - now) / 2
    return now + min(slot.settings.budget ?? share, share)
  }

  /// The thread in use; nil, meaning the common pool, if the system gives none.
  private func currentThread() -> WorkerThread? {
    thread.withLock { thread in
      if thread == nil { thread = try? WorkerThread() }
      return thread
    }
  }

  /// Gives up the thread, unless another has taken its place already.
  private func abandon(_ hanging: WorkerThread?) {
    hanging?.retire()
    thread.withLock { thread in
      if thread === hanging { thread = nil }
    }
  }
}
