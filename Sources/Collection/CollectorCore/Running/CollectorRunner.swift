package import Concurrency
import ExpositionFormat
package import Logging

/// Runs all collectors of an exporter and answers scrapes.
///
/// A scrape always ends within its budget: collectors that are overdue by then are abandoned,
/// reported as such and left out of the answer.
package actor CollectorRunner {
  /// The collectors that a scrape selects.
  package enum Selection: Hashable, Sendable {
    case all
    /// Only the collectors with these names.
    case only(Set<String>)
    /// All collectors except those with these names.
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

  private let clock: TimeSource
  private let collectors: [CollectorRunState]
  private let groups: [ExecutionGroup]
  private var shared: [Selection: Shared] = [:]
  private var nextID: UInt64 = 0
  private var merge = FamilyMerge()
  private var selfMetrics: SelfMetrics
  private var changes: StateChangeLogger

  /// Makes a runner. The names of the collectors must be unique.
  package init(
    _ collectors: [ScheduledCollector], clock: TimeSource = .system,
    logger: Logger = Logger(label: "tocsin.collect")
  ) {
    precondition(
      Set(collectors.map(\.name)).count == collectors.count, "collector names must be unique")
    self.clock = clock
    let states = collectors.map { CollectorRunState($0, clock: clock) }
    self.collectors = states
    collectorNames = collectors.map(\.name)
    var members: [ScheduledCollector.Execution: [CollectorRunState]] = [:]
    var order: [ScheduledCollector.Execution] = []
    for state in states {
      // Collectors with an interval of their own must not delay those of a scrape.
      let execution = state.settings.execution
      guard case .sequential = execution, state.settings.schedule == .onDemand else { continue }
      if members[execution] == nil { order.append(execution) }
      members[execution, default: []].append(state)
    }
    groups = order.map { ExecutionGroup(members[$0] ?? []) }
    selfMetrics = SelfMetrics()
    changes = StateChangeLogger(logger: logger)
  }

  /// Collects and renders within `budget`. Concurrent scrapes with the same selection share one
  /// run.
  package func gather(within budget: Duration, selection: Selection = .all) async -> Gathering {
    let deadline = clock.monotonic + budget
    if let running = shared[selection], running.deadline <= deadline {
      return await running.task.value
    }
    nextID += 1
    let id = nextID
    // An unstructured task, because other callers wait for it too.
    let task = Task { await self.collect(within: budget, selection: selection) }
    shared[selection] = Shared(id: id, deadline: deadline, task: task)
    let gathering = await task.value
    if shared[selection]?.id == id { shared[selection] = nil }
    return gathering
  }

  /// Runs the collectors that have intervals of their own until the task is cancelled.
  package nonisolated func run() async {
    await withTaskGroup(of: Void.self) { group in
      for (index, collector) in collectors.enumerated() {
        guard case .every(let interval) = collector.settings.schedule else { continue }
        // The first runs are spread, so that the collectors do not run at the same times.
        let delay = interval * index / max(1, collectors.count)
        group.addTask { await self.runRepeatedly(collector, every: interval, after: delay) }
      }
    }
  }

  private nonisolated func runRepeatedly(
    _ collector: CollectorRunState, every interval: Duration, after delay: Duration
  ) async {
    // The first result does not wait for the spread.
    await runOnce(collector, within: interval)
    guard (try? await clock.sleep(for: delay)) != nil else { return }
    while !Task.isCancelled {
      let started = clock.monotonic
      await runOnce(collector, within: interval)
      let rest = max(.zero, interval - (clock.monotonic - started))
      guard (try? await clock.sleep(for: rest)) != nil else { return }
    }
  }

  private nonisolated func runOnce(
    _ collector: CollectorRunState, within budget: Duration
  ) async {
    let limit = clock.monotonic + min(collector.settings.budget ?? budget, budget)
    guard case .sequential = collector.settings.execution,
      let thread = try? WorkerThread(name: "collect")
    else { return await collector.run(until: limit, on: nil) }
    await collector.run(until: limit, on: thread)
    thread.retire()
  }

  private func collect(within budget: Duration, selection: Selection) async -> Gathering {
    // Some time is reserved for rendering and sending.
    let deadline = clock.monotonic + budget - min(budget / 10, .milliseconds(250))
    let selected = collectors.filter { selection.contains($0.settings.name) }
    let names = Set(selected.map(\.settings.name))
    await withTaskGroup(of: Void.self) { group in
      for executionGroup in groups {
        group.addTask { [clock] in
          await executionGroup.run(
            { names.contains($0.settings.name) }, until: deadline, clock: clock)
        }
      }
      for collector in selected where Self.isDue(collector) {
        let limit = min(
          deadline, collector.settings.budget.map { clock.monotonic + $0 } ?? deadline)
        group.addTask { await collector.run(until: limit, on: nil) }
      }
    }
    return answer(selected)
  }

  /// Whether a scrape runs the collector outside the groups: a collector on demand, or one with an
  /// interval that has no result yet.
  private static func isDue(_ collector: CollectorRunState) -> Bool {
    switch collector.settings.schedule {
    case .onDemand: collector.settings.execution == .concurrent
    case .every: collector.latest.result == nil
    }
  }

  private func answer(_ selected: [CollectorRunState]) -> Gathering {
    let now = clock.monotonic
    let snapshots = selected.map { CollectorSnapshot($0, now: now) }
    for snapshot in snapshots { changes.note(snapshot.report) }
    let own = selfMetrics.text(snapshots, droppedInMerge: merge.dropped)
    var texts = snapshots.compactMap(\.text)
    texts.append(own)
    let bytes = merge.merged(texts)
    return Gathering(
      bytes: bytes, reports: snapshots.map(\.report),
      seriesCount: texts.reduce(0) { $0 + $1.seriesCount })
  }
}
