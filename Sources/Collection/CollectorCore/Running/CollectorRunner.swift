package import Logging

/// Runs all collectors of an exporter and answers scrapes.
///
/// A scrape always ends within its budget: what is overdue by then is left behind, marked and left out.
package actor CollectorRunner {
  /// Which collectors a scrape asks for.
  package enum Selection: Hashable, Sendable {
    case all
    /// Only these, by name.
    case only(Set<String>)
    /// All but these, by name.
    case except(Set<String>)

    func contains(_ name: String) -> Bool {
      switch self {
      case .all: true
      case .only(let names): names.contains(name)
      case .except(let names): !names.contains(name)
      }
    }
  }

  private struct Shared {
    let id: UInt64
    let deadline: Duration
    let task: Task<Gathering, Never>
  }

  /// The names of all collectors in the order of registration.
  package nonisolated let collectorNames: [String]

  private let clock: CollectorClock
  private let slots: [CollectorSlot]
  private let crews: [CollectorCrew]
  private var shared: [Selection: Shared] = [:]
  private var nextID: UInt64 = 0
  private var merge = FamilyMerge()
  private var selfMetrics: SelfMetrics
  private var watch: StateWatch

  /// Makes a runner. Names of collectors must be unique.
  package init(
    _ collectors: [ScheduledCollector], clock: CollectorClock = .system,
    logger: Logger = Logger(label: "tocsin.collect")
  ) {
    precondition(
      Set(collectors.map(\.name)).count == collectors.count, "collector names must be unique")
    self.clock = clock
    let slots = collectors.map { CollectorSlot($0, clock: clock) }
    self.slots = slots
    collectorNames = collectors.map(\.name)
    var members: [ScheduledCollector.Crew: [CollectorSlot]] = [:]
    var order: [ScheduledCollector.Crew] = []
    for slot in slots {
      // Collectors on an interval of their own must not hold up those of a scrape.
      guard case .sequential = slot.settings.crew, slot.settings.lane == .onDemand else { continue }
      if members[slot.settings.crew] == nil { order.append(slot.settings.crew) }
      members[slot.settings.crew, default: []].append(slot)
    }
    crews = order.map { CollectorCrew(slots: members[$0] ?? []) }
    selfMetrics = SelfMetrics()
    watch = StateWatch(logger: logger)
  }

  /// Collects and renders, within `budget`. Equal scrapes at the same time share one run.
  package func gather(within budget: Duration, selection: Selection = .all) async -> Gathering {
    let deadline = clock.now + budget
    if let running = shared[selection], running.deadline <= deadline {
      return await running.task.value
    }
    nextID += 1
    let id = nextID
    let task = Task { await self.collect(within: budget, selection: selection) }
    shared[selection] = Shared(id: id, deadline: deadline, task: task)
    let gathering = await task.value
    if shared[selection]?.id == id { shared[selection] = nil }
    return gathering
  }

  /// Keeps the collectors that have intervals of their own going until the task is cancelled.
  package nonisolated func run() async {
    await withTaskGroup(of: Void.self) { group in
      for (index, slot) in slots.enumerated() {
        guard case .every(let interval) = slot.settings.lane else { continue }
        // Spread the first runs, so that they do not meet for ever.
        let delay = interval * index / max(1, slots.count)
        group.addTask { await self.keepRunning(slot, every: interval, after: delay) }
      }
    }
  }

  private nonisolated func keepRunning(
    _ slot: CollectorSlot, every interval: Duration, after delay: Duration
  ) async {
    // The first result must not wait for the spread.
    await runOnce(slot, within: interval)
    guard (try? await clock.sleep(for: delay)) != nil else { return }
    while !Task.isCancelled {
      let started = clock.now
      await runOnce(slot, within: interval)
      let rest = max(.zero, interval - (clock.now - started))
      guard (try? await clock.sleep(for: rest)) != nil else { return }
    }
  }

  private nonisolated func runOnce(_ slot: CollectorSlot, within budget: Duration) async {
    let limit = clock.now + min(slot.settings.budget ?? budget, budget)
    guard case .sequential = slot.settings.crew, let thread = try? WorkerThread() else {
      _ = await slot.run(until: limit, on: nil)
      return
    }
    _ = await slot.run(until: limit, on: thread)
    thread.retire()
  }

  private func collect(within budget: Duration, selection: Selection) async -> Gathering {
    // Some time is kept back for rendering and sending.
    let deadline = clock.now + budget - min(budget / 10, .milliseconds(250))
    let selected = slots.filter { selection.contains($0.settings.name) }
    let names = Set(selected.map(\.settings.name))
    await withTaskGroup(of: Void.self) { group in
      for crew in crews {
        group.addTask { [clock] in
          await crew.run({ names.contains($0.settings.name) }, until: deadline, clock: clock)
        }
      }
      for slot in selected where Self.isDue(slot) {
        let limit = min(deadline, slot.settings.budget.map { clock.now + $0 } ?? deadline)
        group.addTask { _ = await slot.run(until: limit, on: nil) }
      }
    }
    return answer(selected)
  }

  /// Whether a scrape runs the collector itself, outside the crews: always on demand, or when a
  /// collector with an interval has no result yet.
  private static func isDue(_ slot: CollectorSlot) -> Bool {
    switch slot.settings.lane {
    case .onDemand: slot.settings.crew == .concurrent
    case .every: slot.standing.last == nil
    }
  }

  private func answer(_ selected: [CollectorSlot]) -> Gathering {
    let now = clock.now
    let standings = selected.map { CollectorStanding(slot: $0, now: now) }
    for standing in standings { watch.note(standing.report) }
    let own = selfMetrics.text(standings, droppedInMerge: merge.dropped)
    var texts = standings.compactMap(\.text)
    texts.append(own)
    let bytes = merge.merged(texts)
    return Gathering(
      bytes: bytes, reports: standings.map(\.report),
      seriesCount: texts.reduce(0) { $0 + $1.seriesCount })
  }
}
