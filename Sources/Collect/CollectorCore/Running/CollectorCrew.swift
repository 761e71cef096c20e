import Synchronization

/// Collectors that take turns on one thread.
///
/// When one hangs, its thread is retired and the rest go on with another.
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
    for slot in slots where selected(slot) {
      let now = clock.now
      let share = (deadline - now) / 2
      let limit = now + min(slot.settings.budget ?? share, share)
      let outcome = await slot.run(until: limit, on: currentThread())
      if case .late = outcome { abandonThread() }
    }
  }

  /// The thread in use; nil, meaning the common pool, if the system gives none.
  private func currentThread() -> WorkerThread? {
    thread.withLock { thread in
      if thread == nil { thread = try? WorkerThread() }
      return thread
    }
  }

  private func abandonThread() {
    thread.withLock { thread in
      thread?.retire()
      thread = nil
    }
  }
}
